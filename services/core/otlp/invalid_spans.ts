/** Takes out the spans of a request that the split refuses, so that they can be kept where a refusal reaches nobody. */
import { groupTracesData, type Extent } from './rejected_span.ts';
import { SpanIndex } from './span_index.ts';
import { findInvalidId, readSpanView, SpanView, type InvalidId } from './span_view.ts';

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
