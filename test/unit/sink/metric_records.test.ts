import { describe, expect, it } from '@jest/globals';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../../services/core/metrics/deltas.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../../../services/platform/avro/codec.ts';
import { MetricRecords } from '../../../services/sink/metric_records.ts';
import type { SinkRecord } from '../../../services/sink/record_rows.ts';

const metric = (operation: string): SpanMetricDelta => ({
  tenant: 'default',
  windowStart: 1_760_000_000,
  stepSeconds: 10,
  service: 'shop',
  operation,
  kind: 'Server',
  status: 'Ok',
  dimensions: {},
  spans: 1,
  calls: 1,
  errors: 0,
  durationSumNs: 5,
  histogram: [{ index: 18, count: 1 }],
  criticalPathNs: 5,
  exemplars: [],
});
const edge = (server: string): ServiceEdgeDelta => ({
  tenant: 'default',
  windowStart: 1_760_000_000,
  stepSeconds: 10,
  client: 'web',
  server,
  connectionType: 'rpc',
  calls: 1,
  errors: 0,
  clientDurationSumNs: 5,
  serverDurationSumNs: 4,
  clientHistogram: [],
  serverHistogram: [],
});
const record = (value: Buffer, schema?: string): SinkRecord => ({
  offset: 3,
  timestampMs: 0,
  value,
  headers: schema === undefined ? {} : { schema: Buffer.from(schema) },
});
const metrics = record(encodeSpanMetricDeltas(['a', 'b', 'c'].map(metric)), METRIC_SCHEMA);
const edges = record(encodeServiceEdgeDeltas(['x', 'y'].map(edge)), EDGE_SCHEMA);

const NONE = Buffer.alloc(0);

describe('records of the metrics topic', () => {
  it('become rows of the table that their schema tells', () => {
    const rows = new MetricRecords();
    expect(rows.append(metrics)).toEqual({ items: [3, 0], unstorable: [] });
    expect(rows.append(edges)).toEqual({ items: [0, 2], unstorable: [] });
    expect(rows.tables.map((table) => [table.table, table.rows])).toEqual([
      ['span_metrics', 3],
      ['service_edges', 2],
    ]);
  });

  it('are handed back as they came when their schema is not known or does not fit', () => {
    const rows = new MetricRecords();
    for (const one of [record(metrics.value), record(metrics.value, 'ab'.repeat(32))]) {
      expect(rows.append(one)).toMatchObject({
        items: [0, 0],
        unstorable: [{ reason: 'unknown_schema', offset: 3, value: one.value, headers: one.headers }],
      });
    }
    const cut = record(metrics.value.subarray(0, 10), METRIC_SCHEMA);
    expect(rows.append(cut)).toMatchObject({ items: [0, 0], unstorable: [{ reason: 'malformed_record' }] });
    expect(rows.tables.map((table) => table.rows)).toEqual([0, 0]);
  });

  it('give the rows of some items, and their originals as a record of the same schema', () => {
    const rows = new MetricRecords();
    rows.appendItems(metrics, 0, 1, 3);
    rows.appendItems(edges, 1, 0, 1);
    expect(rows.tables.map((table) => table.rows)).toEqual([2, 1]);
    const [some] = rows.originals(metrics, 0, 1, 2);
    expect(some?.headers['schema']?.toString()).toBe(METRIC_SCHEMA);
    expect(decodeSpanMetricDeltas(some?.value ?? NONE, METRIC_SCHEMA)).toEqual([metric('b')]);
    const [other] = rows.originals(edges, 1, 1, 2);
    expect(decodeServiceEdgeDeltas(other?.value ?? NONE, EDGE_SCHEMA)).toEqual([edge('y')]);
  });
});
