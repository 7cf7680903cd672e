/**
 * CPU time from a compressed TraceBatch to Native blocks of otel_traces and trace_summaries, per span:
 * `node test/bench/native_spans.bench.ts [--profile]`. Traces of 8 spans over 4 services, 8 resource and 9 span attributes, about 410
 * bytes a span; records of 4,000 spans, blocks of 48,000 rows.
 */
import { zstdCompressSync } from 'node:zlib';
import { spanmill } from '../../proto/generated/index.js';
import { ENCODING_HEADER, ENCODING_ZSTD } from '../../services/core/contracts.ts';
import { TraceRecords } from '../../services/sink/trace_records.ts';
import type { SinkRecord } from '../../services/sink/record_rows.ts';
import { seeded } from '../support/known_load.ts';

const SPANS_A_TRACE = 8;
const TRACES_A_RECORD = 500;
const RECORDS = 24;
const RECORDS_A_BLOCK = 12;
const PASSES = 4;
const ROUNDS = 5;
const START_MS = 1_760_000_000_000;

const random = seeded(42);
const below = (limit: number): number => Math.floor(random() * limit);
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const headers = ['web', 'cart', 'stock', 'payment'].map((service) => ({
  resource: {
    attributes: [
      text('service.name', service),
      text('service.version', '1.27.3'),
      text('service.instance.id', `${service}-7c9f6d5b8-x2x9k`),
      text('k8s.pod.name', `${service}-7c9f6d5b8-x2x9k`),
      text('k8s.namespace.name', 'shop'),
      text('host.name', 'node-17.eu-central-1.compute.internal'),
      text('deployment.environment.name', 'production'),
      text('telemetry.sdk.language', 'nodejs'),
    ],
  },
  scope: { name: '@opentelemetry/instrumentation-http', version: '0.57.1' },
}));

function traceOf() {
  const traceId = bytes(16);
  const ids = Array.from({ length: SPANS_A_TRACE }, () => bytes(8));
  const startNs = (START_MS + below(60_000)) * 1e6;
  const spans = ids.map((spanId, i) => ({
    traceId,
    spanId,
    parentSpanId: ids[i - 1] ?? new Uint8Array(0),
    name: ['GET /api/carts/{id}/items', 'GET', 'SELECT shop.carts', 'reserve'][i % 4] ?? '',
    kind: [2, 3, 3, 1][i % 4] ?? 1,
    startTimeUnixNano: startNs + i * 1e6,
    endTimeUnixNano: startNs + 50e6 - i * 2e6 + below(1e6),
    attributes: [
      text('http.request.method', 'GET'),
      text('url.path', `/api/carts/${below(1e6)}/items`),
      text('http.route', '/api/carts/{id}/items'),
      { key: 'http.response.status_code', value: { intValue: 200 } },
      text('network.protocol.version', '1.1'),
      text('server.address', 'cart.shop.svc.cluster.local'),
      text('client.address', `10.1.${below(256)}.${below(256)}`),
      text('user_agent.original', 'axios/1.7.2'),
      text('user.id', `u${below(200_000)}`),
    ],
    status: {},
  }));
  return {
    traceId,
    reason: 1,
    receivedUnixMs: START_MS + 60_000,
    summary: {
      startTimeUnixNano: startNs,
      endTimeUnixNano: startNs + 50e6,
      spans: spans.length,
      rootService: 'web',
      rootName: 'GET /api/carts/{id}/items',
      rootDurationNano: 50e6,
      services: ['cart', 'payment', 'stock', 'web'],
      criticalPath: [{ service: 'web', operation: 'GET', selfTimeNano: 30e6 }],
    },
    sampling: { kept: true },
    spanHeaders: spans.map((_, i) => i % headers.length),
    spans,
  };
}

let rawBytes = 0;
const records: SinkRecord[] = Array.from({ length: RECORDS }, (_, offset) => {
  const traces = Array.from({ length: TRACES_A_RECORD }, traceOf);
  const raw = spanmill.v1.TraceBatch.encode({ headers, traces }).finish();
  rawBytes += raw.length;
  const value = zstdCompressSync(raw);
  return { offset, timestampMs: START_MS, value, headers: { [ENCODING_HEADER]: Buffer.from(ENCODING_ZSTD) } };
});
const spans = RECORDS * TRACES_A_RECORD * SPANS_A_TRACE;

const rows = new TraceRecords();
let blockBytes = 0;
function pass(): void {
  blockBytes = 0;
  for (const [i, record] of records.entries()) {
    rows.append(record);
    if ((i + 1) % RECORDS_A_BLOCK !== 0) continue;
    for (const table of rows.tables) blockBytes += table.encode().bytes.length;
    rows.reset();
  }
}

const usPerSpan: number[] = [];
for (let round = -1; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  for (let i = 0; i < PASSES; i++) pass();
  const { user, system } = process.cpuUsage(before);
  if (round >= 0) usPerSpan.push((user + system) / (PASSES * spans));
}
usPerSpan.sort((a, b) => a - b);
const show = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' ');
process.stdout.write(
  `${(usPerSpan[ROUNDS >> 1] ?? 0).toFixed(2)} us a span (${show(usPerSpan)}), ` +
    `${Math.round(rawBytes / spans)} bytes a span in, ${Math.round(blockBytes / spans)} out\n`,
);
