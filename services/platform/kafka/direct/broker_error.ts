/** What brokers answer instead of a result, told apart by what a caller can do about it. */
import { ProtocolError, ResponseError, protocolErrorsCodesById as errorNames } from '@platformatic/kafka';
import {
  FencedError,
  KafkaRefusedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
} from '../port.ts';

/** Error codes of the protocol that this adapter tells apart by themselves. */
export const ERROR = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  MESSAGE_TOO_LARGE: 10,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  UNKNOWN_MEMBER_ID: 25,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_PRODUCER_ID_MAPPING: 49,
  CONCURRENT_TRANSACTIONS: 51,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  UNSTABLE_OFFSET_COMMIT: 88,
  FENCED_INSTANCE_ID: 82,
  PRODUCER_FENCED: 90,
  UNKNOWN_TOPIC_ID: 100,
  FENCED_MEMBER_EPOCH: 110,
  UNRELEASED_INSTANCE_ID: 111,
} as const;

/** The same request succeeds once the cluster has settled. */
const TRANSIENT = new Set<number>([
  ERROR.UNKNOWN_TOPIC_OR_PARTITION,
  ERROR.LEADER_NOT_AVAILABLE,
  ERROR.NOT_LEADER_OR_FOLLOWER,
  ERROR.REQUEST_TIMED_OUT,
  8, // BROKER_NOT_AVAILABLE
  9, // REPLICA_NOT_AVAILABLE
  13, // NETWORK_EXCEPTION
  14, // COORDINATOR_LOAD_IN_PROGRESS
  ERROR.COORDINATOR_NOT_AVAILABLE,
  ERROR.NOT_COORDINATOR,
  19, // NOT_ENOUGH_REPLICAS
  ERROR.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  41, // NOT_CONTROLLER
  ERROR.CONCURRENT_TRANSACTIONS,
  ERROR.KAFKA_STORAGE_ERROR,
  ERROR.FENCED_LEADER_EPOCH,
  ERROR.UNKNOWN_LEADER_EPOCH,
  78, // OFFSET_NOT_AVAILABLE
  ERROR.UNSTABLE_OFFSET_COMMIT,
  89, // THROTTLING_QUOTA_EXCEEDED
  ERROR.UNKNOWN_TOPIC_ID,
]);
/** A newer owner of the transactional id exists, or the broker ended the transaction for taking too long. */
const FENCED = new Set<number>([
  ERROR.INVALID_PRODUCER_EPOCH,
  ERROR.INVALID_PRODUCER_ID_MAPPING,
  ERROR.UNKNOWN_PRODUCER_ID,
  ERROR.PRODUCER_FENCED,
]);
const TOO_LARGE = new Set<number>([ERROR.MESSAGE_TOO_LARGE, ERROR.RECORD_LIST_TOO_LARGE]);
/** Somebody else leads the partition, or nobody does yet. */
const LEADER_MOVED = new Set<number>([
  ERROR.UNKNOWN_TOPIC_OR_PARTITION,
  ERROR.LEADER_NOT_AVAILABLE,
  ERROR.NOT_LEADER_OR_FOLLOWER,
  9,
  ERROR.KAFKA_STORAGE_ERROR,
  ERROR.FENCED_LEADER_EPOCH,
  ERROR.UNKNOWN_LEADER_EPOCH,
  ERROR.UNKNOWN_TOPIC_ID,
]);

/** A broker answered, and the answer is an error. */
export class BrokerError extends Error {
  override name = 'BrokerError';
  readonly code: number;

  constructor(code: number, detail?: string | null) {
    super(`${errorNames[code] ?? `error ${code}`}${detail ? `: ${detail}` : ''}`);
    this.code = code;
  }
}

/** No answer: not connected, disconnected, or too late. Whether the broker did what was asked is not known. */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError';
}

/** Nothing was asked, since nobody wants to know any more: nothing to try again. */
export class ClosedError extends Error {
  override name = 'ClosedError';
}

/** Throws BrokerError where the code is one. */
export function checkCode(code: number, detail?: string | null): void {
  if (code !== ERROR.NONE) throw new BrokerError(code, detail);
}

/** The library's errors as ours. What is neither an answer nor a lost connection is a bug, and stays what it is. */
export function fromLibrary(error: unknown): Error {
  if (error instanceof ResponseError) {
    const [first] = error.errors as unknown[];
    if (first instanceof ProtocolError) {
      return new BrokerError(first['apiCode'] as number, first['serverErrorMessage'] as string | null);
    }
  }
  if (isPackageError(error)) return new ConnectionLostError(error.message, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

/** Network and time-out errors share this prefix and both end the connection. */
function isPackageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('PLT_KFK_');
}

export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof BrokerError && codes.includes(error.code);
}

export function isTransient(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof BrokerError && TRANSIENT.has(error.code));
}

export function isFenced(error: unknown): boolean {
  return error instanceof BrokerError && FENCED.has(error.code);
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof BrokerError && TOO_LARGE.has(error.code);
}

export function isLeaderMoved(error: unknown): boolean {
  return (
    error instanceof ConnectionLostError || (error instanceof BrokerError && LEADER_MOVED.has(error.code))
  );
}

/** For a failed append, or a question that Kafka did not answer. */
export function requestError(error: unknown, what: string): Error {
  if (error instanceof KafkaRefusedError) return error;
  if (isTooLarge(error)) return new RecordTooLargeError(`${what}: the record is too large`, { cause: error });
  return new KafkaUnavailableError(`${what}: ${(error as Error).message}`, { cause: error });
}

/** For a failed transaction. */
export function commitError(error: unknown, what: string): Error {
  if (isTooLarge(error)) return new RecordTooLargeError(`a record of ${what} is too large`, { cause: error });
  if (isFenced(error)) return new FencedError(`${what} has another owner now`, { cause: error });
  return new UnknownOutcomeError(`it is not known whether ${what} was committed`, { cause: error });
}
