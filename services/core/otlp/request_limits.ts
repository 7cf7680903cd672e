/**
 * How much may be in one request. Bytes alone do not say what a request costs: sixteen megabytes of empty messages are eight
 * million of them, and each would become an object.
 */
import { WireError } from '../wire/cursor.ts';

/** A request has more of something than is taken at once; in smaller pieces it would be taken. */
export class RequestTooLargeError extends WireError {
  override name = 'RequestTooLargeError';
}

/** Spans of one request, and scopes that hold them. Exporters send some hundreds at a time, agents some thousands. */
export const MAX_REQUEST_SPANS = 65_536;
