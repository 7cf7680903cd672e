/**
 * Splits one export request into the bytes of one TracesData per partition, on the wire format: spans are copied, never
 * decoded.
 *
 * Not for answering clients or for batching over requests (TracesData messages one after the other are one TracesData,
 * so whoever batches may join the results). Invariants: a span's bytes are those that came; the order of spans within
 * a partition is theirs in the request; every span is in one part or counted as rejected. The parts are the caller's,
 * the request is not kept.
 *
 * Two passes: index, check and sort the spans by partition; then measure and copy each part (traces_copy.ts).
 */
import { partitionOf } from './partition.ts';
import { MAX_REQUEST_SPANS } from './request_limits.ts';
import { SpanIndex } from './span_index.ts';
import { findInvalidId, readSpanView, SpanView, type InvalidId } from './span_view.ts';
import { WireError } from '../wire/cursor.ts';
import { copySpans } from './traces_copy.ts';

/** The spans of one partition, as TracesData bytes. */
export interface PartitionSpans {
  readonly partition: number;
  readonly spans: number;
  readonly bytes: Uint8Array;
}

export interface SplitRequest {
  /** Partitions without spans are left out; ascending. */
  readonly parts: readonly PartitionSpans[];
  readonly accepted: number;
  /** Spans left out, by reason. */
  readonly rejected: Readonly<Record<InvalidId, number>>;
}

const REJECTED = -1;

/** Resources counted once for each of their scopes, as the processor keeps them: as many times the request, and this much. */
const MAX_HEADER_SHARE = 16;
const MIN_HEADER_LIMIT = 1024 * 1024;

/** A small request of one large resource and very many scopes would be more than the processor's memory holds. */
function checkHeaders({ groups }: SpanIndex, requestBytes: number): void {
  const limit = MIN_HEADER_LIMIT + MAX_HEADER_SHARE * requestBytes;
  let bytes = 0;
  for (const group of groups) bytes += group.resourceEnd - group.resourceStart;
  if (bytes > limit) throw new WireError('too many scopes under a large resource');
}

/** Owns the scratch of the walk, so one splitter serves one request after the other. */
export class RequestSplitter {
  readonly partitions: number;
  private readonly index: SpanIndex;
  private readonly view = new SpanView();
  /** By span: its partition, or REJECTED. */
  private readonly partitionOfSpan: number[] = [];
  /** By partition: where its spans begin in `order`; one more entry says where the last ends. */
  private readonly firstOf: number[] = [];
  /** Positions of spans in the index, by partition, in the order they came. */
  private order = new Uint32Array(0);

  constructor(partitions: number, maxSpans = MAX_REQUEST_SPANS) {
    this.partitions = partitions;
    this.index = new SpanIndex(maxSpans);
  }

  /** Throws WireError where the request is no ExportTraceServiceRequest, RequestTooLargeError where it has too many spans. */
  split(request: Uint8Array): SplitRequest {
    // A Buffer's subarray is slower, and one class of arrays keeps the walk monomorphic.
    const bytes = new Uint8Array(request.buffer, request.byteOffset, request.length);
    const { index } = this;
    index.read(bytes);
    checkHeaders(index, bytes.length);
    const rejected = this.assignPartitions(bytes);
    this.sortByPartition();
    const parts: PartitionSpans[] = [];
    for (let partition = 0; partition < this.partitions; partition++) {
      const first = this.firstOf[partition] ?? 0;
      const last = this.firstOf[partition + 1] ?? 0;
      if (first === last) continue;
      const part = copySpans({ message: bytes, index, order: this.order }, first, last);
      parts.push({ partition, spans: last - first, bytes: part });
    }
    return { parts, accepted: this.firstOf[this.partitions] ?? 0, rejected };
  }

  private assignPartitions(bytes: Uint8Array): Record<InvalidId, number> {
    const { index, view, partitionOfSpan } = this;
    const rejected: Record<InvalidId, number> = { invalid_trace_id: 0, invalid_span_id: 0 };
    partitionOfSpan.length = 0;
    for (let i = 0; i < index.count; i++) {
      readSpanView(view, bytes, index.start[i] ?? 0, index.end[i] ?? 0);
      const reason = findInvalidId(view);
      if (reason !== null) rejected[reason]++;
      partitionOfSpan.push(
        reason === null ? partitionOf(bytes, view.traceIdStart, this.partitions) : REJECTED,
      );
    }
    return rejected;
  }

  /** A counting sort, so it keeps the order within a partition. */
  private sortByPartition(): void {
    const { firstOf, partitionOfSpan, partitions } = this;
    firstOf.length = 0;
    for (let p = 0; p <= partitions; p++) firstOf.push(0);
    for (const p of partitionOfSpan) if (p !== REJECTED) firstOf[p + 1] = (firstOf[p + 1] ?? 0) + 1;
    for (let p = 0; p < partitions; p++) firstOf[p + 1] = (firstOf[p + 1] ?? 0) + (firstOf[p] ?? 0);
    if (this.order.length < partitionOfSpan.length) this.order = new Uint32Array(partitionOfSpan.length);
    const next = firstOf.slice();
    for (let span = 0; span < partitionOfSpan.length; span++) {
      const p = partitionOfSpan[span] ?? REJECTED;
      if (p === REJECTED) continue;
      const at = next[p] ?? 0;
      this.order[at] = span;
      next[p] = at + 1;
    }
  }
}
