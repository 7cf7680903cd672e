/** Records of the metrics topic as rows of `span_metrics` and `service_edges`. The header `schema` tells which. */
import { SCHEMA_HEADER } from '../core/contracts.ts';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../core/metrics/deltas.ts';
import { AvroDecodeError, UnknownSchemaError } from '../platform/avro/avro_errors.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  deltasOf,
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../platform/avro/codec.ts';
import type { AppendedRecord, DeadLetterReason, RecordRows, SinkRecord, Original } from './record_rows.ts';
import { ServiceEdges } from './service_edges.ts';
import { SpanMetrics } from './span_metrics.ts';

interface Deltas {
  readonly spans: readonly SpanMetricDelta[];
  readonly edges: readonly ServiceEdgeDelta[];
}

const METRICS_TABLE = 0;

export class MetricRecords implements RecordRows {
  private readonly metrics = new SpanMetrics();
  private readonly edges = new ServiceEdges();
  readonly tables = [this.metrics.rows, this.edges.rows];
  /** A delta belongs to no one trace. */
  readonly receivedMs = [];

  append(record: SinkRecord): AppendedRecord {
    try {
      const { spans, edges } = decode(record);
      for (const delta of spans) this.metrics.append(delta);
      for (const delta of edges) this.edges.append(delta);
      return { items: [spans.length, edges.length], unstorable: [] };
    } catch (error) {
      const { offset, value, headers } = record;
      const unstorable = { reason: reasonOf(error), error: (error as Error).message, offset, value, headers };
      return { items: [0, 0], unstorable: [unstorable] };
    }
  }

  appendItems(record: SinkRecord, table: number, from: number, to: number): void {
    const { spans, edges } = decode(record);
    if (table === METRICS_TABLE) for (const delta of spans.slice(from, to)) this.metrics.append(delta);
    else for (const delta of edges.slice(from, to)) this.edges.append(delta);
  }

  originals(record: SinkRecord, table: number, from: number, to: number): Original[] {
    const { spans, edges } = decode(record);
    return table === METRICS_TABLE
      ? [{ value: encodeSpanMetricDeltas(spans.slice(from, to)), headers: schemaHeader(METRIC_SCHEMA) }]
      : [{ value: encodeServiceEdgeDeltas(edges.slice(from, to)), headers: schemaHeader(EDGE_SCHEMA) }];
  }

  reset(): void {
    for (const table of this.tables) table.reset();
  }
}

const schemaHeader = (fingerprint: string) => ({ [SCHEMA_HEADER]: Buffer.from(fingerprint) });

/** Throws UnknownSchemaError, AvroDecodeError. */
function decode(record: SinkRecord): Deltas {
  const fingerprint = record.headers[SCHEMA_HEADER]?.toString() ?? '';
  switch (deltasOf(fingerprint)) {
    case 'spans':
      return { spans: decodeSpanMetricDeltas(record.value, fingerprint), edges: [] };
    case 'edges':
      return { spans: [], edges: decodeServiceEdgeDeltas(record.value, fingerprint) };
    case null:
      throw new UnknownSchemaError(`no schema of fingerprint ${fingerprint === '' ? '(none)' : fingerprint}`);
  }
}

function reasonOf(error: unknown): DeadLetterReason {
  if (error instanceof UnknownSchemaError) return 'unknown_schema';
  if (error instanceof AvroDecodeError) return 'malformed_record';
  throw error;
}
