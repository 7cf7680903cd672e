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
] as const;

/**
 * suppression: outputs are thrown away up to the published position. token: an insert that is repeated counts once. intent: a batch
 * is announced before it is stored. fencing: a claim shuts the old owner out. acknowledgement: an answer waits for Kafka. spool
 * fsync: what the spool has taken outlives a power cut. acks=all: an append is acknowledged when all replicas have it.
 */
export type Protection = (typeof PROTECTIONS)[number];
