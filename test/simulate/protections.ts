/**
 * What the audit must miss: each of these is switched off in turn, at the seams around the services, to show that the simulation
 * finds what it claims to find.
 */
export const PROTECTIONS = [
  'suppression',
  'token',
  'intent',
  'fencing',
  'acknowledgement',
  'spool fsync',
  'acks=all',
  'stable offsets',
] as const;

/**
 * suppression: outputs are thrown away up to the published position. token: an insert that is repeated counts once. intent: a batch
 * is announced before it is stored. fencing: a claim shuts the old owner out. acknowledgement: an answer waits for Kafka. spool
 * fsync: what the spool has taken outlives a power cut. acks=all: an append is acknowledged when all replicas have it. stable offsets: a
 * claim never begins at an older commit than the last, though brokers that have just come back may not know that one yet.
 */
export type Protection = (typeof PROTECTIONS)[number];
