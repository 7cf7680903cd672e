/**
 * What one partition has to publish: collects what assembly says, as bytes for Kafka, until the next commit takes it.
 *
 * What is said of records before `publishFrom` was published before a crash or a move: it is worked out again, since
 * metrics since the last mark build on it, and thrown away. Owns all bytes in it.
 */
import {
  ENCODING_HEADER,
  ENCODING_ZSTD,
  SCHEMA_HEADER,
  TENANT_HEADER,
  type TopicNames,
} from '../core/contracts.ts';
import { groupTracesData } from '../core/otlp/rejected_span.ts';
import { DEFAULT_METRIC_LIMITS } from '../core/metrics/limits.ts';
import type { AssemblyListener, RejectedSpans, RejectReason } from '../core/trace/analysis.ts';
import type { LogRecord } from '../core/trace/assembly.ts';
import { FragmentAnalysis } from '../core/trace/fragment_analysis.ts';
import type { CloseReason, Fragment, SpanTable } from '../core/trace/run.ts';
import { TraceBatchWriter } from '../core/trace/trace_batch_writer.ts';
import { toMs } from '../core/trace/unix_time.ts';
import {
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../platform/avro/codec.ts';
import { letterBytes, toDeadLetter } from '../platform/kafka/dead_letter.ts';
import type { OutgoingRecord, PartitionRecords } from '../platform/kafka/port.ts';
import { toZstdSync } from '../platform/zstd.ts';
import type { ProcessorMetrics } from './metrics.ts';

/** A record of the traces topic holds about as much before compression, unless it is a single fragment that is larger. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** A metrics record holds at most this many deltas, so that no record outgrows its topic. */
const DELTAS_A_RECORD = 5_000;
/** What is smaller goes as it is: setting up a compressor costs more than so few bytes are worth. */
const COMPRESSED_BYTES = 1024;

/** Which partitions of the topics that it publishes to are this partition's; asked for each time. */
export interface OutputPartitions {
  readonly traces: number;
  readonly metrics: number;
}

export class PartitionOutputs implements AssemblyListener {
  /** What follows from records before this offset is out already. */
  readonly publishFrom: number;
  private readonly topics: TopicNames;
  private readonly partition: number;
  private readonly targets: OutputPartitions;
  private readonly metrics: ProcessorMetrics;
  private readonly analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  private readonly batch = new TraceBatchWriter();
  private batches: OutgoingRecord[] = [];
  private deltas: OutgoingRecord[] = [];
  private deadLetters: OutgoingRecord[] = [];
  private closedBytes = 0;
  /** Since the last commit, as the spans: counters are told of many fragments at once. */
  private readonly fragments = new Map<CloseReason, number>();
  private spansWaiting = 0;

  constructor(
    topics: TopicNames,
    partition: number,
    targets: OutputPartitions,
    publishFrom: number,
    metrics: ProcessorMetrics,
  ) {
    this.topics = topics;
    this.partition = partition;
    this.targets = targets;
    this.publishFrom = publishFrom;
    this.metrics = metrics;
  }

  /** Bytes that wait for a commit, before compression. */
  get bytes(): number {
    return this.closedBytes + this.batch.byteLength;
  }

  /** Spans that wait for a commit. */
  get spans(): number {
    return this.spansWaiting;
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  onFragment(fragment: Fragment, offset: number): void {
    const summary = this.analysis.analyse(fragment);
    if (offset < this.publishFrom) return;
    this.fragments.set(fragment.reason, (this.fragments.get(fragment.reason) ?? 0) + 1);
    this.spansWaiting += fragment.spans.length;
    this.metrics.transferSeconds.observe(Math.max(fragment.receivedMs - toMs(summary.end), 0) / 1000);
    // A large fragment goes alone: with others it might be more than the topic takes, now and at each new try.
    const bytes = fragment.spans.reduce((sum, { start, end }) => sum + end - start, 0);
    if (this.batch.byteLength + bytes > BATCH_BYTES) this.closeBatch();
    this.batch.add(fragment, summary);
  }

  onRunEnd(tenant: string, _traceId: string, spans: SpanTable): void {
    this.analysis.endRun(tenant, spans);
  }

  onMark(offset: number): void {
    const { spans, edges, capped } = this.analysis.flush();
    if (offset < this.publishFrom) return;
    this.metrics.capped.add(capped);
    for (const part of chunks(spans)) {
      this.addDeltas(encodeSpanMetricDeltas(part), METRIC_SCHEMA);
    }
    for (const part of chunks(edges)) {
      this.addDeltas(encodeServiceEdgeDeltas(part), EDGE_SCHEMA);
    }
  }

  onRejected(reason: RejectReason, record: LogRecord, spans: RejectedSpans | null, detail: string): void {
    if (record.offset < this.publishFrom) return;
    this.metrics.rejected.add(spans?.spans.length ?? 1, { reason });
    const bytes = spans === null ? record.value : groupTracesData(record.value, spans.group, spans.spans);
    const letter = toDeadLetter({
      ...{ reason, error: detail, value: bytes, headers: { [TENANT_HEADER]: Buffer.from(record.tenant) } },
      ...{ topic: this.topics.spans, partition: this.partition, offset: record.offset },
    });
    this.deadLetters.push(letter);
    this.closedBytes += letterBytes(letter);
  }

  /** Everything that waits, as records for one transaction, each list small enough for one send. */
  take(): PartitionRecords[] {
    this.closeBatch();
    const { batches, deltas, deadLetters, targets, topics } = this;
    this.batches = [];
    this.deltas = [];
    this.deadLetters = [];
    this.closedBytes = 0;
    this.tellMetrics();
    const records: PartitionRecords[] = [];
    for (const batch of batches) {
      records.push({ topic: topics.traces, partition: targets.traces, records: [batch] });
    }
    for (const delta of deltas) {
      const partition = targets.metrics;
      records.push({ topic: topics.metrics, partition, records: [delta], compression: 'zstd' });
    }
    for (const letter of deadLetters) {
      records.push({ topic: topics.deadLetters, partition: 0, records: [letter], compression: 'zstd' });
    }
    return records;
  }

  private tellMetrics(): void {
    const { metrics, fragments } = this;
    for (const [reason, count] of fragments) metrics.fragments.add(count, { reason });
    metrics.spans.add(this.spansWaiting);
    fragments.clear();
    this.spansWaiting = 0;
  }

  private closeBatch(): void {
    if (this.batch.isEmpty) return;
    const batch = this.batch.take();
    this.batches.push(batchRecord(batch));
    this.closedBytes += batch.length;
  }

  private addDeltas(value: Buffer, fingerprint: string): void {
    this.deltas.push({ value, headers: { [SCHEMA_HEADER]: fingerprint } });
    this.closedBytes += value.length;
  }
}

/** Of bytes of its own: the next batch is written over this one. */
function batchRecord(batch: Uint8Array): OutgoingRecord {
  if (batch.length < COMPRESSED_BYTES) return { value: Buffer.from(batch) };
  return { value: toZstdSync(batch), headers: { [ENCODING_HEADER]: ENCODING_ZSTD } };
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += DELTAS_A_RECORD)
    parts.push(items.slice(at, at + DELTAS_A_RECORD));
  return parts;
}
