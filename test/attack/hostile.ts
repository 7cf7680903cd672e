/** Spans that are in order, and made to cost those behind the collector as much as can be. */
import { tracesData, writeMessage, type TestSpan } from '../support/otlp_bytes.ts';
import { ANY_ARRAY, LIST_VALUES } from '../../services/core/otlp/fields.ts';
import { WireWriter, writeLengthField } from '../../services/core/wire/writer.ts';

export const SPANS_A_REQUEST = 5_000;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Lists in lists, each the only value of the next; the bytes of an AnyValue. */
export function nestedValue(depth: number): Uint8Array {
  let value: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < depth; i++) {
    const out = new WireWriter(value.length + 16);
    writeMessage(out, ANY_ARRAY, () => writeLengthField(out, LIST_VALUES, value));
    value = out.take();
  }
  return value;
}

/** Requests of `count` spans in all; `span` makes the one of a number. */
function* requests(
  count: number,
  span: (number: number) => { readonly service: string; readonly span: TestSpan },
): Generator<Buffer> {
  for (let first = 0; first < count; first += SPANS_A_REQUEST) {
    const numbers = Array.from({ length: Math.min(SPANS_A_REQUEST, count - first) }, (_, i) => first + i);
    const groups = Map.groupBy(numbers.map(span), ({ service }) => service);
    yield tracesData([...groups].map(([service, of]) => ({ service, spans: of.map((one) => one.span) })));
  }
}

/** Each its own trace, of another operation; a thousand a service. */
export const manyOperations = (count: number, startMs: number): Generator<Buffer> =>
  requests(count, (number) => ({
    service: `service ${letters(Math.floor(number / 1_000))}`,
    span: {
      traceId: 'aa' + hex(number + 1, 30),
      spanId: hex(1, 16),
      name: `work ${letters(number)}`,
      startMs,
    },
  }));

export const GIANT_TRACE_ID = 'bb'.padEnd(32, '0');

/** One trace: a root with all others below it. */
export const giantTrace = (count: number, startMs: number): Generator<Buffer> =>
  requests(count, (number) => ({
    service: 'giant',
    span: {
      traceId: GIANT_TRACE_ID,
      spanId: hex(number + 1, 16),
      ...(number > 0 && { parentId: hex(1, 16) }),
      ...{ name: 'leaf', startMs },
    },
  }));

/** Not digits: those become a placeholder in an operation's name. */
const letters = (value: number): string =>
  value.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 26)));
