/**
 * What Spanmill needs of a Kafka client, and no more: the services know these types only. kafkajs stands behind it
 * (kafkajs_*.ts); the in-memory fake in test/support passes the same contract suite (test/contract/kafka).
 */
import type { RecordValue } from './record_value.ts';

/** Headers are text by convention; `cut` carries raw bytes, so all are buffers here. */
export type RecordHeaders = Readonly<Record<string, Buffer>>;

export interface OutgoingRecord<Value extends RecordValue = Buffer> {
  readonly value: Value;
  readonly headers?: Readonly<Record<string, Buffer | string>>;
}

export interface IncomingRecord {
  readonly offset: number;
  /** Milliseconds since the epoch; the broker's append time on topics with LogAppendTime. */
  readonly timestampMs: number;
  /** A slice of the fetched batch: who keeps it beyond the call copies it. */
  readonly value: Buffer;
  readonly headers: RecordHeaders;
  /**
   * Why the client could not read a batch: then this record stands for the whole batch, at its first offset, and `value` is its
   * records as they lie in the log. Reading goes on behind it. To be dead-lettered.
   */
  readonly unreadable?: string;
}

/** Records for one partition. One send is always one partition: see RATIONALE.md, "Why one partition a send?". */
export interface PartitionRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord<RecordValue>[];
  /** Whether the client compresses the batch. `none` (the default) is for values that are compressed already. */
  readonly compression?: 'zstd' | 'none';
}

/** The partition belongs to someone else now; nothing that was in hand counts. Claim again if still assigned. */
export class FencedError extends Error {
  override name = 'FencedError';
}

/** Kafka did not say whether the commit took place. Drop state and ownership, claim again: the log then tells. */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/** Kafka could not be reached or did not accept within the time limit: the caller may try again or refuse its client. */
export class KafkaUnavailableError extends Error {
  override name = 'KafkaUnavailableError';
}

/**
 * A broker will not have this client, or the client not the broker: wrong password, a certificate that is not trusted. Trying again is
 * of no use. Only until a broker was reached once: what was right at the start may be right again.
 */
export class KafkaRefusedError extends Error {
  override name = 'KafkaRefusedError';
}

/** A record is larger than the topic takes. Trying again is of no use. */
export class RecordTooLargeError extends Error {
  override name = 'RecordTooLargeError';
}

/** Whether an error is Kafka's trouble, which passes, and not wrong configuration or a bug, which does not. */
export function isKafkaTrouble(error: unknown): boolean {
  return (
    error instanceof FencedError ||
    error instanceof UnknownOutcomeError ||
    error instanceof KafkaUnavailableError ||
    error instanceof RecordTooLargeError
  );
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface OffsetCommit extends CommittedOffset {
  readonly group: string;
}

/**
 * The right to write for one input partition, fenced by its transactional id. One commit at a time.
 * After any error from `commit` the ownership is of no use: release it and claim anew.
 */
export interface Ownership {
  /** What the group committed last before the claim was made, to the end of its log; null where it never committed. */
  readonly committed: CommittedOffset | null;
  /**
   * One Kafka transaction: all records and all offsets (of the claimed topic and partition), or nothing.
   * Throws FencedError or UnknownOutcomeError, and RecordTooLargeError (then nothing was written).
   */
  commit(outputs: readonly PartitionRecords[], offsets: readonly OffsetCommit[]): Promise<void>;
  release(): Promise<void>;
}

export interface ClaimOptions {
  readonly topic: string;
  readonly partition: number;
  /** Group whose committed offset is read. */
  readonly group: string;
  /** One owner at a time: claiming aborts what an older owner left open and shuts it out. */
  readonly transactionalId: string;
}

export interface InputListener {
  /**
   * New partitions, called before anything is fetched of them. They stay paused until `startAt`. Partitions that
   * stayed over a rebalance are not named again and go on where they were.
   */
  onAssigned(partitions: readonly number[]): void;
  /** Partitions that went elsewhere; no record of them arrives after this. */
  onLost(partitions: readonly number[]): void;
  /**
   * Records in order; the next ones of this partition come when the promise resolves, other partitions go on.
   * `nextOffset` lies behind the batch, markers of transactions included; there may be no record at all, where only
   * markers or aborted records were read. `highWatermark` is the end of the partition at fetch time. A rejection is a
   * bug of the listener and stops the input.
   */
  onRecords(
    partition: number,
    records: readonly IncomingRecord[],
    nextOffset: number,
    highWatermark: number,
  ): Promise<void>;
  /** The input cannot go on by itself; the process should end. */
  onFailure(error: Error): void;
}

export interface InputOptions {
  readonly topic: string;
  readonly group: string;
  /** `read_committed` hides records of aborted and open transactions. */
  readonly isolation: 'read_committed' | 'read_uncommitted';
}

/** A membership in a consumer group for one topic: work distribution only, offsets are committed by owners. */
export interface Input {
  /**
   * Reads the partition from this offset on, also when it is being read elsewhere. Where retention has passed the
   * offset, reading starts at the oldest record there is; an offset beyond the end of the partition is a failure.
   */
  startAt(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Leaves the group; resolves when no listener call is under way. */
  stop(): Promise<void>;
}

export interface AppendResult {
  readonly offset: number;
}

/** Idempotent, acks=all. */
export interface Producer {
  /** Resolves when all in-sync replicas have the records. Throws KafkaUnavailableError, RecordTooLargeError. */
  append(batch: PartitionRecords): Promise<AppendResult>;
  stop(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka topic configuration, e.g. `message.timestamp.type`. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Watermarks {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

export interface Admin {
  /** Creates what is missing; leaves what exists, and says (in its result) where it differs from the spec. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<{ created: string[]; different: string[] }>;
  partitionCount(topic: string): Promise<number>;
  watermarks(topic: string): Promise<Watermarks[]>;
  /**
   * To be shown, not to go on from: it may be older than the last commit while a transaction is open and after brokers have come
   * back. An owner goes on from `Ownership.committed`.
   */
  committed(group: string, topic: string, partition: number): Promise<CommittedOffset | null>;
  stop(): Promise<void>;
}

/** One connection setup, from which the parts are made. Nothing connects before the first of them is asked for. */
export interface Kafka {
  input(options: InputOptions, listener: InputListener): Promise<Input>;
  claim(options: ClaimOptions): Promise<Ownership>;
  producer(): Promise<Producer>;
  admin(): Promise<Admin>;
}
