/** Makes smaller messages of one that is too large for a record, and takes out spans that the split has refused. */
import { groupTracesData, type Extent } from '../core/otlp/rejected_span.ts';
import { SpanIndex } from '../core/otlp/span_index.ts';
import { findInvalidId, readSpanView, SpanView, type InvalidId } from '../core/otlp/span_view.ts';
import { copySpans, type CopySource } from '../core/otlp/traces_copy.ts';

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

/** The spans whose ids are not valid, by reason, each under its headers: TracesData. */
export function invalidSpans(message: Uint8Array): Map<InvalidId, Uint8Array> {
  const index = new SpanIndex();
  const view = new SpanView();
  index.read(message);
  const extents = new Map<InvalidId, Map<number, Extent[]>>();
  for (let span = 0; span < index.count; span++) {
    const extent = { start: index.start[span] ?? 0, end: index.end[span] ?? 0 };
    readSpanView(view, message, extent.start, extent.end);
    const reason = findInvalidId(view);
    if (reason === null) continue;
    const ofReason = getOrSet(extents, reason, () => new Map<number, Extent[]>());
    getOrSet(ofReason, index.group[span] ?? 0, () => []).push(extent);
  }
  const traces = [...extents].map(([reason, groups]): [InvalidId, Uint8Array] => {
    const parts = [...groups].map(([position, spans]) => {
      const group = index.groups[position];
      return group === undefined ? new Uint8Array(0) : groupTracesData(message, group, spans);
    });
    return [reason, Buffer.concat(parts)];
  });
  return new Map(traces);
}

function getOrSet<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}
