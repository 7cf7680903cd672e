/**
 * How much may be in one request. Bytes alone do not say what a request costs: sixteen megabytes of empty messages are eight
 * million of them, and each would become an object.
 */
import { FormatError } from './format_error.ts';

/** A request has more of something than is taken at once; in smaller pieces it would be taken. */
export class RequestTooLargeError extends Error {
  override name = 'RequestTooLargeError';
}

/** Spans of one request, and scopes that hold them. Exporters send some hundreds at a time, agents some thousands. */
export const MAX_REQUEST_SPANS = 65_536;

/** Values of a JSON body: members of objects and items of lists. A span has about fifty. */
const MAX_JSON_VALUES = 1_000_000;
/** An attribute's value nests four levels of JSON for each of its own (json_traces.ts), of which there are 64. */
const MAX_JSON_DEPTH = 300;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d;

/**
 * Throws RequestTooLargeError where a body of JSON has too many values, FormatError where they nest too deep: JSON.parse would make an
 * object of each first. Not a check of its syntax.
 */
export function checkJsonShape(body: Uint8Array): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(body, at + 1);
    } else if (byte === COMMA) {
      values++;
    } else if (isOpening(byte)) {
      values++;
      if (++depth > MAX_JSON_DEPTH) throw new FormatError('request: is nested too deep');
    } else if (isClosing(byte)) {
      depth--;
    }
    if (values > MAX_JSON_VALUES) {
      throw new RequestTooLargeError(`a request in JSON has at most ${MAX_JSON_VALUES} values`);
    }
  }
}

/** Position of the closing quote, or the end. */
function endOfString(body: Uint8Array, from: number): number {
  for (let at = from; ;) {
    const quote = body.indexOf(QUOTE, at);
    if (quote === -1) return body.length;
    let backslashes = 0;
    while (body[quote - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
