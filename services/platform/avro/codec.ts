/**
 * The records of the metrics topic as bytes: deltas of span metrics and of service edges, in Avro (proto/avro).
 *
 * The writer sends the fingerprint of its schema in the header `schema`; it also tells the two kinds of record apart. Field
 * names on the wire are the schemas'; ids are latin1 strings here and bytes there.
 */
import { join } from 'node:path';
import type {
  Exemplar,
  HistogramBucket,
  ServiceEdgeDelta,
  SpanMetricDelta,
} from '../../core/metrics/deltas.ts';
import { readSchemaFamily } from './schema_family.ts';
import type { SchemaFamily } from './schema_family.ts';

const SCHEMAS = join(import.meta.dirname, '../../../proto/avro');
const SPAN_METRIC_DELTAS = readSchemaFamily(SCHEMAS, 'span_metric_deltas');
const SERVICE_EDGE_DELTAS = readSchemaFamily(SCHEMAS, 'service_edge_deltas');

/** Fingerprints for the header of what is encoded here. */
export const METRIC_SCHEMA = SPAN_METRIC_DELTAS.fingerprint;
export const EDGE_SCHEMA = SERVICE_EDGE_DELTAS.fingerprint;

/** Which deltas a record holds whose header names this schema; null where the schema is not known. */
export function deltasOf(fingerprint: string): 'spans' | 'edges' | null {
  if (SPAN_METRIC_DELTAS.knows(fingerprint)) return 'spans';
  return SERVICE_EDGE_DELTAS.knows(fingerprint) ? 'edges' : null;
}

interface ExemplarRecord {
  readonly trace_id: Buffer;
  readonly span_id: Buffer;
  readonly start_ms: number;
  readonly duration_ns: number;
}

interface SpanMetricRecord {
  readonly tenant: string;
  readonly window_start: number;
  readonly step_seconds: number;
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly spans: number;
  readonly calls: number;
  readonly errors: number;
  readonly duration_sum_ns: number;
  readonly histogram: readonly HistogramBucket[];
  readonly critical_path_ns: number;
  readonly exemplars: readonly ExemplarRecord[];
}

interface ServiceEdgeRecord {
  readonly tenant: string;
  readonly window_start: number;
  readonly step_seconds: number;
  readonly client: string;
  readonly server: string;
  readonly connection_type: string;
  readonly calls: number;
  readonly errors: number;
  readonly client_duration_sum_ns: number;
  readonly server_duration_sum_ns: number;
  readonly client_histogram: readonly HistogramBucket[];
  readonly server_histogram: readonly HistogramBucket[];
}

export function encodeSpanMetricDeltas(deltas: readonly SpanMetricDelta[]): Buffer {
  return SPAN_METRIC_DELTAS.encode({ deltas: deltas.map(toSpanMetricRecord) });
}

/** Throws UnknownSchemaError, AvroDecodeError. `fingerprint` is the record's header `schema`. */
export function decodeSpanMetricDeltas(
  bytes: Buffer,
  fingerprint: string,
  family: SchemaFamily = SPAN_METRIC_DELTAS,
): SpanMetricDelta[] {
  const { deltas } = family.decode(bytes, fingerprint) as { readonly deltas: readonly SpanMetricRecord[] };
  return deltas.map(fromSpanMetricRecord);
}

export function encodeServiceEdgeDeltas(deltas: readonly ServiceEdgeDelta[]): Buffer {
  return SERVICE_EDGE_DELTAS.encode({ deltas: deltas.map(toServiceEdgeRecord) });
}

/** Throws UnknownSchemaError, AvroDecodeError. `fingerprint` is the record's header `schema`. */
export function decodeServiceEdgeDeltas(
  bytes: Buffer,
  fingerprint: string,
  family: SchemaFamily = SERVICE_EDGE_DELTAS,
): ServiceEdgeDelta[] {
  const { deltas } = family.decode(bytes, fingerprint) as { readonly deltas: readonly ServiceEdgeRecord[] };
  return deltas.map(fromServiceEdgeRecord);
}

function toSpanMetricRecord(delta: SpanMetricDelta): SpanMetricRecord {
  const { tenant, service, operation, kind, status, dimensions, spans, calls, errors, histogram } = delta;
  return {
    ...{ tenant, service, operation, kind, status, dimensions, spans, calls, errors, histogram },
    window_start: delta.windowStart,
    step_seconds: delta.stepSeconds,
    duration_sum_ns: delta.durationSumNs,
    critical_path_ns: delta.criticalPathNs,
    exemplars: delta.exemplars.map(toExemplarRecord),
  };
}

function fromSpanMetricRecord(record: SpanMetricRecord): SpanMetricDelta {
  const { tenant, service, operation, kind, status, spans, calls, errors } = record;
  return {
    ...{ tenant, service, operation, kind, status, spans, calls, errors },
    dimensions: { ...record.dimensions },
    windowStart: record.window_start,
    stepSeconds: record.step_seconds,
    durationSumNs: record.duration_sum_ns,
    histogram: record.histogram.map(plainBucket),
    criticalPathNs: record.critical_path_ns,
    exemplars: record.exemplars.map(fromExemplarRecord),
  };
}

function toServiceEdgeRecord(delta: ServiceEdgeDelta): ServiceEdgeRecord {
  const { tenant, client, server, calls, errors } = delta;
  return {
    ...{ tenant, client, server, calls, errors },
    window_start: delta.windowStart,
    step_seconds: delta.stepSeconds,
    connection_type: delta.connectionType,
    client_duration_sum_ns: delta.clientDurationSumNs,
    server_duration_sum_ns: delta.serverDurationSumNs,
    client_histogram: delta.clientHistogram,
    server_histogram: delta.serverHistogram,
  };
}

function fromServiceEdgeRecord(record: ServiceEdgeRecord): ServiceEdgeDelta {
  const { tenant, client, server, calls, errors } = record;
  return {
    ...{ tenant, client, server, calls, errors },
    windowStart: record.window_start,
    stepSeconds: record.step_seconds,
    connectionType: record.connection_type,
    clientDurationSumNs: record.client_duration_sum_ns,
    serverDurationSumNs: record.server_duration_sum_ns,
    clientHistogram: record.client_histogram.map(plainBucket),
    serverHistogram: record.server_histogram.map(plainBucket),
  };
}

function toExemplarRecord(exemplar: Exemplar): ExemplarRecord {
  return {
    trace_id: Buffer.from(exemplar.traceId, 'latin1'),
    span_id: Buffer.from(exemplar.spanId, 'latin1'),
    start_ms: exemplar.startMs,
    duration_ns: exemplar.durationNs,
  };
}

function fromExemplarRecord(record: ExemplarRecord): Exemplar {
  return {
    traceId: record.trace_id.toString('latin1'),
    spanId: record.span_id.toString('latin1'),
    startMs: record.start_ms,
    durationNs: record.duration_ns,
  };
}

/** avsc makes objects of classes of its own. */
function plainBucket({ index, count }: HistogramBucket): HistogramBucket {
  return { index, count };
}
