/** What the sink makes of records, against the tables that the migrations make. */
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spanmill } from '../../../proto/generated/index.js';
import { ENCODING_HEADER, ENCODING_ZSTD, SCHEMA_HEADER } from '../../../services/core/contracts.ts';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../../services/core/metrics/deltas.ts';
import {
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../../../services/platform/avro/codec.ts';
import { MetricRecords } from '../../../services/sink/metric_records.ts';
import type { RecordRows, SinkRecord } from '../../../services/sink/record_rows.ts';
import { TraceRecords } from '../../../services/sink/trace_records.ts';
import { createTables } from '../../support/migrated_tables.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';
import { ScratchDatabase } from './scratch_database.ts';

const database = new ScratchDatabase();
beforeAll(async () => {
  await createTables(testConnection(), database.name);
});
afterAll(() => database.close());

const record = (value: Uint8Array, headers: Readonly<Record<string, string>>, offset = 0): SinkRecord => ({
  offset,
  timestampMs: 0,
  value: Buffer.from(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});

async function store(rows: RecordRows, ...records: SinkRecord[]): Promise<void> {
  for (const one of records) expect(rows.append(one).unstorable).toEqual([]);
  for (const table of rows.tables) {
    if (table.rows > 0)
      await database.clickhouse.insertBlock({ ...table.encode(), token: uniqueName('token') });
  }
}

const NOW_MS = Math.floor(Date.now() / 10_000) * 10_000;
const ns = (ms: number, more = 0): string => String(BigInt(ms) * 1_000_000n + BigInt(more));
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const id = (hex: string): Buffer => Buffer.from(hex, 'hex');

const TRACE = 'ff00aa0102030405060708090a0b0c0d';

function batch(): SinkRecord {
  const message = spanmill.v1.TraceBatch.fromObject({
    headers: [
      {
        resource: {
          attributes: [text('service.name', 'cart'), { key: 'process.pid', value: { intValue: '77' } }],
        },
        scope: { name: 'http', version: '0.57' },
      },
      { resource: { attributes: [] } },
    ],
    traces: [
      {
        traceId: id(TRACE),
        tenant: 'acme',
        fragment: 2,
        reason: 3,
        receivedUnixMs: NOW_MS,
        summary: {
          startTimeUnixNano: ns(NOW_MS - 500, 7),
          endTimeUnixNano: ns(NOW_MS),
          spans: 3,
          errors: 1,
          rootService: 'cart',
          rootName: 'GET /carts/{id}',
          rootDurationNano: '12345678901',
          services: ['cart', 'unknown_service'],
          criticalPath: [
            { service: 'cart', operation: 'GET /carts/{id}', selfTimeNano: '9007199254740993' },
            { service: 'unknown_service', operation: '', selfTimeNano: 5 },
          ],
          missingParents: 1,
        },
        sampling: { kept: true, policy: 'slow', threshold: '36028797018963968' },
        spanHeaders: [0, 1, 0],
        spans: [
          {
            traceId: id(TRACE),
            spanId: id('00000000000000a1'),
            traceState: 'ot=th:8',
            name: 'GET /carts/{id}',
            kind: 2,
            startTimeUnixNano: ns(NOW_MS - 500, 123_456_789 - 123_000_000),
            endTimeUnixNano: ns(NOW_MS, 1),
            attributes: [
              text('http.route', '/carts/{id}'),
              { key: 'http.response.status_code', value: { intValue: '500' } },
              { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
            ],
            events: [
              { timeUnixNano: ns(NOW_MS, 42), name: 'exception', attributes: [text('exception.type', 'E')] },
              { timeUnixNano: ns(NOW_MS, 43), name: 'retry' },
            ],
            links: [
              {
                traceId: id('0000000000000000000000000000000f'),
                spanId: id('000000000000000f'),
                traceState: 'x=y',
                attributes: [text('why', 'queue')],
              },
            ],
            status: { code: 2, message: 'it broke' },
            flags: 0x101,
          },
          {
            traceId: id(TRACE),
            spanId: id('00000000000000a2'),
            parentSpanId: id('00000000000000a1'),
            name: 'ends before it starts',
            kind: 99,
            startTimeUnixNano: ns(NOW_MS, 10),
            endTimeUnixNano: ns(NOW_MS, 9),
            status: { code: 7 },
          },
          {
            traceId: id(TRACE),
            spanId: id('00000000000000a3'),
            parentSpanId: id('0000000000000000'),
            name: 'wild clock',
            kind: 1,
            startTimeUnixNano: '18446744073709551615',
            endTimeUnixNano: '18446744073709551615',
          },
        ],
      },
    ],
  });
  const value = zstdCompressSync(spanmill.v1.TraceBatch.encode(message).finish());
  return record(value, { [ENCODING_HEADER]: ENCODING_ZSTD });
}

const metric = (more: Partial<SpanMetricDelta> = {}): SpanMetricDelta => ({
  tenant: 'acme',
  windowStart: NOW_MS / 1000,
  stepSeconds: 10,
  service: 'cart',
  operation: 'GET /carts/{}',
  kind: 'Server',
  status: 'Unset',
  dimensions: { b: '2', a: '1' },
  spans: 3,
  calls: 4.5,
  errors: 0,
  durationSumNs: 3e8,
  histogram: [
    { index: -1, count: 1 },
    { index: 212, count: 3.5 },
  ],
  criticalPathNs: 1e8,
  exemplars: [
    { traceId: '\x01'.repeat(16), spanId: '\x02'.repeat(8), startMs: NOW_MS, durationNs: 2e8 },
    { traceId: '\xff'.repeat(16), spanId: '\x03'.repeat(8), startMs: NOW_MS - 5, durationNs: 3e8 },
  ],
  ...more,
});

const edge = (more: Partial<ServiceEdgeDelta> = {}): ServiceEdgeDelta => ({
  tenant: 'acme',
  windowStart: NOW_MS / 1000,
  stepSeconds: 10,
  client: 'web',
  server: 'cart',
  connectionType: 'rpc',
  calls: 2,
  errors: 1,
  clientDurationSumNs: 5e6,
  serverDurationSumNs: 4e6,
  clientHistogram: [{ index: 10, count: 2 }],
  serverHistogram: [],
  ...more,
});

describe('the columns of a table', () => {
  it('are those of the migrations, by name, order and type', async () => {
    for (const { table, columns } of [new TraceRecords(), new MetricRecords()].flatMap(
      ({ tables }) => tables,
    )) {
      const described = await database.clickhouse.query(
        `SELECT name, type FROM system.columns
         WHERE database = currentDatabase() AND table = {table:String} AND default_kind != 'ALIAS' ORDER BY position`,
        { table },
      );
      const plain = (type: string): string => type.replace(/SimpleAggregateFunction\(\w+, (.*)\)$/, '$1');
      expect(columns.map(([name, { type }]) => ({ name, type }))).toEqual(
        described.map((row) => ({ name: row['name'], type: plain(String(row['type'])) })),
      );
    }
  });
});

describe('the rows of a trace batch', () => {
  it('say all that the spans say', async () => {
    await store(new TraceRecords(), batch());
    const rows = await database.clickhouse.query(
      `SELECT * EXCEPT (Timestamp, \`Events.Timestamp\`), toString(toUnixTimestamp64Nano(Timestamp)) AS At,
              arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventsAt
       FROM otel_traces WHERE TraceId = {trace:String} ORDER BY SpanId`,
      { trace: TRACE },
    );
    const common = { TraceId: TRACE, Tenant: 'acme', Fragment: 2 };
    const nothing = {
      'Events.Name': [],
      'Events.Attributes': [],
      'Links.TraceId': [],
      'Links.SpanId': [],
      'Links.TraceState': [],
      'Links.Attributes': [],
      EventsAt: [],
      SpanAttributes: {},
      TraceState: '',
      StatusMessage: '',
      Weight: 1,
      Flags: 0,
    };
    const cart = {
      ServiceName: 'cart',
      ResourceAttributes: { 'service.name': 'cart', 'process.pid': '77' },
      ScopeName: 'http',
      ScopeVersion: '0.57',
    };
    expect(rows).toEqual([
      {
        ...common,
        ...cart,
        SpanId: '00000000000000a1',
        ParentSpanId: '',
        TraceState: 'ot=th:8',
        SpanName: 'GET /carts/{id}',
        SpanKind: 'Server',
        SpanAttributes: {
          'http.route': '/carts/{id}',
          'http.response.status_code': '500',
          tags: '["a",true]',
        },
        Duration: String(500_000_000 - 456_789 + 1),
        StatusCode: 'Error',
        StatusMessage: 'it broke',
        'Events.Name': ['exception', 'retry'],
        'Events.Attributes': [{ 'exception.type': 'E' }, {}],
        EventsAt: [ns(NOW_MS, 42), ns(NOW_MS, 43)],
        'Links.TraceId': ['0000000000000000000000000000000f'],
        'Links.SpanId': ['000000000000000f'],
        'Links.TraceState': ['x=y'],
        'Links.Attributes': [{ why: 'queue' }],
        Weight: 2,
        Flags: 257,
        ReportedTimestamp: '0',
        At: ns(NOW_MS - 500, 456_789),
      },
      {
        ...common,
        ...nothing,
        SpanId: '00000000000000a2',
        ParentSpanId: '00000000000000a1',
        SpanName: 'ends before it starts',
        SpanKind: 'Unspecified',
        ServiceName: 'unknown_service',
        ResourceAttributes: {},
        ScopeName: '',
        ScopeVersion: '',
        Duration: '0',
        StatusCode: 'Unset',
        ReportedTimestamp: '0',
        At: ns(NOW_MS, 10),
      },
      {
        ...common,
        ...nothing,
        ...cart,
        SpanId: '00000000000000a3',
        ParentSpanId: '',
        SpanName: 'wild clock',
        SpanKind: 'Internal',
        Duration: '0',
        StatusCode: 'Unset',
        ReportedTimestamp: '18446744073709551615',
        At: ns(NOW_MS),
      },
    ]);
  });

  it('merge to one summary a trace', async () => {
    await store(new TraceRecords(), batch());
    const [row] = await database.clickhouse.query(
      `SELECT * EXCEPT (Start, End, Received), toString(toUnixTimestamp64Nano(Start)) AS Start, toString(toUnixTimestamp64Nano(End)) AS End,
              toString(toUnixTimestamp64Milli(Received)) AS Received
       FROM traces WHERE TraceId = {trace:String} AND Tenant = 'acme'`,
      { trace: TRACE },
    );
    const fragments = Number(row?.['Fragments']);
    expect(row).toEqual({
      Tenant: 'acme',
      TraceId: TRACE,
      Start: ns(NOW_MS - 500, 7),
      End: ns(NOW_MS),
      Received: String(NOW_MS),
      Spans: String(3 * fragments),
      Errors: String(fragments),
      RootService: 'cart',
      RootName: 'GET /carts/{id}',
      RootDuration: '12345678901',
      Services: expect.arrayContaining(['cart', 'unknown_service']) as unknown,
      Fragments: String(fragments),
      Reasons: ['full'],
      MissingParents: String(fragments),
      CriticalPath: expect.arrayContaining([
        { Service: 'cart', Operation: 'GET /carts/{id}', SelfTime: '9007199254740993' },
      ]) as unknown,
      SamplingPolicy: 'slow',
      SamplingThreshold: '36028797018963968',
    });
    const range = await database.clickhouse.query(
      'SELECT toUnixTimestamp(Start) AS start, toUnixTimestamp(End) AS end FROM otel_traces_trace_id_ts WHERE TraceId = {trace:String}',
      { trace: TRACE },
    );
    expect(range).toEqual([{ start: Math.floor((NOW_MS - 500) / 1000), end: NOW_MS / 1000 }]);
  });
});

describe('the rows of metric deltas', () => {
  it('add up, whenever they come, to minutes and hours', async () => {
    const deltas = [
      metric(),
      metric({ calls: 1.5, histogram: [{ index: 212, count: 1.5 }], exemplars: [] }),
      metric({ status: 'Error', errors: 2, calls: 2, spans: 2, dimensions: {} }),
    ];
    await store(
      new MetricRecords(),
      record(encodeSpanMetricDeltas(deltas), { [SCHEMA_HEADER]: METRIC_SCHEMA }),
    );
    for (const table of ['span_metrics', 'span_metrics_1m', 'span_metrics_1h']) {
      const rows = await database.clickhouse.query(
        `SELECT StatusCode, Dimensions, sum(Spans) AS Spans, sum(Calls) AS Calls, sum(Errors) AS Errors,
                sum(DurationSum) AS DurationSum, sumMap(Histogram) AS Histogram, sum(CriticalPathTime) AS CriticalPathTime,
                max(Slowest) AS Slowest, max(Newest) AS Newest
         FROM ${table} WHERE Tenant = 'acme' AND SpanName = 'GET /carts/{}' GROUP BY StatusCode, Dimensions ORDER BY StatusCode`,
      );
      const exemplars = {
        Slowest: { Duration: '300000000', TraceId: 'ff'.repeat(16), SpanId: '03'.repeat(8) },
        Newest: { StartMs: String(NOW_MS), TraceId: '01'.repeat(16), SpanId: '02'.repeat(8) },
      };
      const sums = { DurationSum: 3e8, CriticalPathTime: 1e8, ...exemplars };
      expect(rows).toEqual([
        {
          ...sums,
          StatusCode: 'Error',
          Dimensions: {},
          Spans: '2',
          Calls: 2,
          Errors: 2,
          Histogram: { '-1': 1, '212': 3.5 },
        },
        {
          ...sums,
          StatusCode: 'Unset',
          Dimensions: { a: '1', b: '2' },
          Spans: '6',
          Calls: 6,
          Errors: 0,
          DurationSum: 6e8,
          CriticalPathTime: 2e8,
          Histogram: { '-1': 1, '212': 5 },
        },
      ]);
    }
    expect(
      await database.clickhouse.query(
        "SELECT ServiceName, SpanName, SpanKind, toUnixTimestamp(max(LastSeen)) AS last FROM operations WHERE Tenant = 'acme' GROUP BY ALL",
      ),
    ).toEqual([{ ServiceName: 'cart', SpanName: 'GET /carts/{}', SpanKind: 'Server', last: NOW_MS / 1000 }]);
  });

  it('tell rate, errors and durations by minute', async () => {
    // 2^(b/8) = 128 ms for the middle of most calls, ten times that for the slowest of a hundred.
    const bucket = (ms: number): number => Math.round(8 * Math.log2(ms * 1e6));
    const histogram = [
      { index: bucket(100), count: 98 },
      { index: bucket(1000), count: 2 },
    ];
    const delta = metric({ service: 'red', calls: 100, errors: 5, histogram, dimensions: {} });
    await store(
      new MetricRecords(),
      record(encodeSpanMetricDeltas([delta]), { [SCHEMA_HEADER]: METRIC_SCHEMA }),
    );
    for (const view of ['service_red', 'operation_red']) {
      const [row] = await database.clickhouse.query(`SELECT * FROM ${view} WHERE ServiceName = 'red'`);
      expect(row).toMatchObject({ Calls: 100, Errors: 5, ErrorRatio: 0.05 });
      // A bucket is 9 % wide, its middle at most 4.5 % off; rounding the index above doubles that.
      expect(Math.abs(Number(row?.['P50']) / 100 - 1)).toBeLessThan(0.09);
      expect(Math.abs(Number(row?.['P99']) / 1000 - 1)).toBeLessThan(0.09);
    }
  });

  it('add up service edges', async () => {
    const deltas = [edge(), edge({ serverHistogram: [{ index: 9, count: 1 }] })];
    await store(
      new MetricRecords(),
      record(encodeServiceEdgeDeltas(deltas), { [SCHEMA_HEADER]: EDGE_SCHEMA }),
    );
    for (const table of ['service_edges', 'service_edges_1m']) {
      const rows = await database.clickhouse.query(
        `SELECT Client, Server, ConnectionType, sum(Calls) AS Calls, sum(Errors) AS Errors, sum(ClientDurationSum) AS c,
                sum(ServerDurationSum) AS s, sumMap(ClientHistogram) AS ch, sumMap(ServerHistogram) AS sh
         FROM ${table} GROUP BY ALL`,
      );
      expect(rows).toEqual([
        {
          Client: 'web',
          Server: 'cart',
          ConnectionType: 'rpc',
          Calls: 4,
          Errors: 2,
          c: 1e7,
          s: 8e6,
          ch: { '10': 4 },
          sh: { '9': 1 },
        },
      ]);
    }
  });
});
