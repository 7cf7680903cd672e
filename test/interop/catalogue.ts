/** The fixed attributes, events and links that clients send (README.md), as typed texts. Each client has them in its own language. */
import { array, bool, bytes, double, int, map, string } from './value.ts';

export const UNICODE = 'Grüße, 世界 🚀';
export const TEXTS = { text: string('plain'), 'text.unicode': string(UNICODE), 'text.empty': string('') };
export const BOOLS = { 'flag.true': bool(true), 'flag.false': bool(false) };
export const INTS = {
  int: int(42n),
  'int.beyond_double': int(2n ** 53n + 1n),
  'int.min': int(-(2n ** 63n)),
  'int.max': int(2n ** 63n - 1n),
};
export const DOUBLES = { double: double(0.1), 'double.largest': double(Number.MAX_VALUE) };
export const ARRAYS = {
  texts: array([string('a'), string('ß')]),
  flags: array([bool(true), bool(false)]),
  ints: array([int(1n), int(2n ** 53n + 1n)]),
  doubles: array([double(0.5), double(-1.25)]),
};
/** Lists of several types and maps are young, and OTLP alone has them. */
export const MAPS = {
  map: map({ a: int(1n), b: array([string('x'), bool(true)]) }),
  mixed: array([string('x'), int(1n)]),
};
export const BYTES = { bytes: bytes('0001ff') };
export const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
export const ERROR_MESSAGE = 'card refused: ✗';
export const EVENT = 'cache miss';
export const EVENT_ATTRIBUTES = {
  key: string('cart:7'),
  attempt: int(2n),
  hit: bool(false),
  ratio: double(0.25),
};
export const BARE_EVENT = 'retry';
export const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

type Texts = Readonly<Record<string, string>>;

/** The texts of typed values, as a client writes them that turns all into text. */
export function textsOf(values: Texts, write: (value: string) => string = (value) => value): Texts {
  return Object.fromEntries(
    Object.entries(values).map(([key, typed]) => [key, string(write(typed.slice(typed.indexOf(' ') + 1)))]),
  );
}
