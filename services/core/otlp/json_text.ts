/**
 * Parses the JSON of a request: 64-bit integers exactly, and nothing that would cost far more memory than the bytes it came in.
 *
 * Not for what the values mean. The text of a fault never quotes the request, which may hold anybody's secret.
 */
import { FormatError } from './format_error.ts';
import { RequestTooLargeError } from './request_limits.ts';

/** Objects and arrays in each other. OTLP's deepest AnyValue that is accepted has 260. */
const MAX_DEPTH = 512;
/** An object or array costs 30 to 60 bytes of memory: very many empty ones are no spans. */
const FREE_CONTAINERS = 65_536;
const MIN_BYTES_PER_CONTAINER = 8;
/**
 * Members of objects and items of lists: each costs a microsecond and more, in which nobody else's request is read. A span has about
 * seventy.
 */
const MAX_VALUES = 250_000;

/** Throws FormatError, RequestTooLargeError. An integer that a double does not hold is a bigint, up to 20 digits: no 64 bits have more. */
export function parseJson(body: Uint8Array): unknown {
  checkShape(body);
  try {
    const json = decoder.decode(body);
    return hasLongInteger(json) ? parseExactly(json) : JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`request: is no JSON${positionIn(cause)}`, { cause });
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** `[` and `{`, and two further on in ASCII `]` and `}`; without the bit 0x20, braces are brackets. */
const CASE_BIT = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Braces, brackets and commas are counted, not matched: JSON.parse tells what they are worth. */
function checkShape(body: Uint8Array): void {
  const most = Math.max(FREE_CONTAINERS, body.length / MIN_BYTES_PER_CONTAINER);
  let depth = 0;
  let containers = 0;
  let commas = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(body, at + 1);
    } else if (byte === COMMA) {
      // What is no comma away from another is the first in a container.
      if (++commas + containers > MAX_VALUES) {
        throw new RequestTooLargeError(`a request in JSON has at most ${MAX_VALUES} values`);
      }
    } else if ((byte & ~CASE_BIT) === OPEN) {
      if (++depth > MAX_DEPTH) throw new FormatError(`request: is nested too deep: at position ${at}`);
      if (++containers > most) throw new FormatError('request: has too many objects for its length');
    } else if ((byte & ~CASE_BIT) === CLOSE) {
      depth--;
    }
  }
}

/** Where the closing quote is, or the end of the body. */
function endOfString(body: Uint8Array, start: number): number {
  let at = start;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Of what the engine says no more than the place: it quotes the text around it. */
function positionIn(cause: unknown): string {
  const position = / at position \d+/.exec(cause instanceof SyntaxError ? cause.message : '');
  return position === null ? '' : `:${position[0]}`;
}

/** Whether a number (or something in a string that looks like one) may be an integer beyond 2^53. */
export function hasLongInteger(json: string): boolean {
  return LONG_INTEGER.test(json);
}

/** 2^53 is 9007199254740992. Microseconds of today have 16 digits, too, and are exact. */
const LONG_INTEGER = /[:[,]\s*-?(?:\d{17}|9\d{15})/;

/** JSON.parse alone would round them. */
function parseExactly(json: string): unknown {
  return parseWithSource(json, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(source)
      ? BigInt(source)
      : value,
  );
}

const INTEGER = /^-?\d{1,20}$/;

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** The reviver's third argument is newer than TypeScript's library. */
const parseWithSource = JSON.parse as (json: string, reviver: SourceReviver) => unknown;
