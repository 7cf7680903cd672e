/** What kafkajs throws, told apart by what a caller can do about it. kafkajs wraps errors in errors: the cause counts. */
import {
  FencedError,
  KafkaRefusedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
} from './port.ts';

/** PRODUCER_FENCED, which kafkajs does not know. */
const PRODUCER_FENCED_CODE = 90;

/** A newer owner of the transactional id exists, or the broker ended the transaction for taking too long. */
const FENCED_TYPES = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
]);
const TOO_LARGE_TYPES = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * The coordinator is moving, loading, or still finishing the previous transaction: the same request succeeds soon.
 * kafkajs retries none of them when offsets are added to a transaction (its list has the names of another table).
 */
const COORDINATOR_BUSY_TYPES = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Errors of the cluster's state rather than of the request, though kafkajs calls them final. */
const INFRASTRUCTURE_NAMES = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSBrokerNotFound',
  'KafkaJSRequestTimeoutError',
  'KafkaJSLockTimeout',
  'KafkaJSNumberOfRetriesExceeded',
]);

interface KafkaJsError {
  readonly name?: string;
  readonly type?: string;
  readonly code?: number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/** The error itself and the causes below it. */
function chain(error: unknown): KafkaJsError[] {
  const links: KafkaJsError[] = [];
  for (let link = error; link instanceof Error; link = link.cause) links.push(link);
  return links;
}

function hasType(error: unknown, types: ReadonlySet<string>): boolean {
  return chain(error).some(({ type }) => type !== undefined && types.has(type));
}

export function isTooLarge(error: unknown): boolean {
  return hasType(error, TOO_LARGE_TYPES);
}

export function isFenced(error: unknown): boolean {
  return hasType(error, FENCED_TYPES) || chain(error).some(({ code }) => code === PRODUCER_FENCED_CODE);
}

export function isCoordinatorBusy(error: unknown): boolean {
  return hasType(error, COORDINATOR_BUSY_TYPES);
}

/** Whether the same call may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  return chain(error).some(
    ({ name, retriable }) => retriable === true || (name !== undefined && INFRASTRUCTURE_NAMES.has(name)),
  );
}

/** For a failed transaction. */
export function commitError(error: unknown, what: string): Error {
  if (error instanceof RecordTooLargeError) return error;
  if (isFenced(error)) return new FencedError(`${what} has another owner now`, { cause: error });
  return new UnknownOutcomeError(`it is not known whether ${what} was committed`, { cause: error });
}

/** For a failed append, or a question that Kafka did not answer. */
export function requestError(error: unknown, what: string): Error {
  if (error instanceof KafkaRefusedError) return error;
  if (isTooLarge(error)) return new RecordTooLargeError(`${what}: the record is too large`, { cause: error });
  return new KafkaUnavailableError(`${what}: ${(error as Error).message}`, { cause: error });
}
