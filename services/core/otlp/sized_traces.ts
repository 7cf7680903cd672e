/** Makes smaller messages of one that is too large for a record or a request: the same spans, in order, under the same headers. */
import { SpanIndex } from './span_index.ts';
import { copySpans, type CopySource } from './traces_copy.ts';

export interface SizedTraces {
  /** TracesData of at most so many bytes each, in order. */
  readonly fitting: readonly TracesPart[];
  /** What cannot be made smaller: single spans, or spans under a header that is nearly all of the message. */
  readonly tooLarge: readonly TracesPart[];
}

export interface TracesPart {
  readonly spans: number;
  readonly bytes: Uint8Array;
}

/** Halves that are more than this together would repeat the header more than the spans. */
const MAX_GROWTH = 1.5;

/** Throws WireError where it is no TracesData. */
export function sizedTraces(message: Uint8Array, maxBytes: number): SizedTraces {
  const index = new SpanIndex();
  index.read(message);
  const order = Uint32Array.from({ length: index.count }, (_, span) => span);
  const fitting: TracesPart[] = [];
  const tooLarge: TracesPart[] = [];
  halve({ message, index, order }, 0, { spans: index.count, bytes: message }, maxBytes, fitting, tooLarge);
  return { fitting, tooLarge };
}

/** `part` holds the spans from `first` on. */
function halve(
  source: CopySource,
  first: number,
  part: TracesPart,
  maxBytes: number,
  fitting: TracesPart[],
  tooLarge: TracesPart[],
): void {
  const { spans, bytes } = part;
  if (bytes.length <= maxBytes) {
    fitting.push(part);
    return;
  }
  const middle = first + Math.ceil(spans / 2);
  const [left, right] = [copySpans(source, first, middle), copySpans(source, middle, first + spans)];
  if (spans <= 1 || left.length + right.length > MAX_GROWTH * bytes.length) {
    tooLarge.push(part);
    return;
  }
  halve(source, first, { spans: middle - first, bytes: left }, maxBytes, fitting, tooLarge);
  halve(source, middle, { spans: first + spans - middle, bytes: right }, maxBytes, fitting, tooLarge);
}
