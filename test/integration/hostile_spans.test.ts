/**
 * Spans that a client may send, but nobody should, on the whole pipeline: each service goes on, what is stored is whole, memory of
 * what has names is bounded, and a calm tenant's spans between them arrive. SPANS sets how many of the large kinds are sent.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { opentelemetry } from '../../proto/generated/index.js';
import { residentBytes } from '../../services/local/process_table.ts';
import { fixed64 } from '../../services/query/foreign/fixed64.ts';
import { GIANT_TRACE_ID, giantTrace, manyOperations, nestedValue } from '../attack/hostile.ts';
import { attributeSpan, SPANS_A_TRACE, traces } from '../attack/spans.ts';
import { startPipeline, type Pipeline, type ServiceName } from '../support/pipeline.ts';

const SPANS = Number(process.env['SPANS'] ?? 20_000);
jest.setTimeout(120_000 + SPANS * 2);

const { TracesData } = opentelemetry.proto.trace.v1;
const SERVICES: readonly ServiceName[] = ['collector', 'processor', 'sink'];
const DEEP_TRACE = 7;
const WIDE_TRACE = 8;
const WIDE_ATTRIBUTES = 50_000;
let pipeline: Pipeline;
const pids: number[] = [];

beforeAll(async () => {
  pipeline = await startPipeline(SERVICES, {
    SPANMILL_PROCESSOR_MEMORY_BYTES: String(64 * 1024 * 1024),
    SPANMILL_SINK_MEMORY_BYTES: String(64 * 1024 * 1024),
    SPANMILL_PROCESSOR_SETTLE_MS: '1000',
  });
  pids.push(...SERVICES.map((service) => pipeline.pid(service)));
});

afterAll(() => pipeline.stop());

async function post(body: Uint8Array): Promise<number> {
  for (;;) {
    const answer = await fetch(`${pipeline.otlpHttp}/v1/traces`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body },
    });
    await answer.arrayBuffer();
    if (answer.status !== 429) return answer.status;
  }
}

/** Start and end in nanoseconds, as spans have reported them. */
const WILD_TIMES: readonly (readonly [start: bigint, end: bigint])[] = [
  [0n, 0n],
  [1n, 2n ** 64n - 1n],
  [2n ** 64n - 1n, 2n ** 64n - 1n],
  // As signed numbers the years 2262 and 1677.
  [2n ** 63n - 1n, 2n ** 63n],
  [2n ** 63n, 2n ** 63n + 1n],
  [BigInt(Date.now()) * 1_000_000n, 5n],
];

function wildSpans(): Buffer {
  const spans = WILD_TIMES.map(([start, end], i) => ({
    ...{ traceId: Buffer.alloc(16, 0xcc), spanId: Buffer.alloc(8, i + 1), name: 'wild' },
    ...{ startTimeUnixNano: fixed64(start), endTimeUnixNano: fixed64(end) },
    events: [{ timeUnixNano: fixed64(start), name: 'e' }],
  }));
  return Buffer.from(TracesData.encode({ resourceSpans: [{ scopeSpans: [{ spans }] }] }).finish());
}

async function one(sql: string): Promise<number> {
  const [row] = await pipeline.clickhouse.query(sql);
  return Number(Object.values(row ?? {})[0]);
}

/** Asked until it is there; the test's own time limit ends a wait for what never comes. */
async function until(sql: string, value: number): Promise<void> {
  while ((await one(sql)) < value) await new Promise((resolve) => setTimeout(resolve, 200));
}

const trace = (number: number): string => number.toString(16).padStart(32, '0');

test('hostile spans cost nobody else theirs', async () => {
  const peaks = SERVICES.map(() => 0);
  const watch = setInterval(() => {
    for (const [i, pid] of pids.entries()) peaks[i] = Math.max(peaks[i] ?? 0, residentBytes(pid) ?? 0);
  }, 100);
  const calm = (number: number): Promise<number> => post(traces(1, number, 1, () => 'calm'));
  let calmTraces = 0;

  expect(await post(wildSpans())).toBe(200);
  expect(await post(attributeSpan(DEEP_TRACE, [['deep', nestedValue(5_000)]]))).toBe(200);
  const value = Buffer.from([0x0a, 1, 0x61]);
  const wide = Array.from({ length: WIDE_ATTRIBUTES }, (_, i) => [`key ${i}`, value] as const);
  expect(await post(attributeSpan(WIDE_TRACE, wide))).toBe(200);
  for (const hostile of [manyOperations(SPANS, Date.now()), giantTrace(SPANS, Date.now())]) {
    for (const body of hostile) {
      expect(await post(body)).toBe(200);
      expect(await calm(calmTraces++)).toBe(200);
    }
  }

  await until(`SELECT count() FROM otel_traces WHERE TraceId = '${GIANT_TRACE_ID}'`, SPANS);
  await until("SELECT count() FROM otel_traces WHERE startsWith(SpanName, 'work ')", SPANS);
  await until("SELECT count() FROM otel_traces WHERE SpanName = 'calm'", calmTraces * SPANS_A_TRACE);
  clearInterval(watch);

  expect(await one("SELECT uniqExact(SpanId) FROM otel_traces WHERE SpanName = 'wild'")).toBe(
    WILD_TIMES.length,
  );
  expect(
    await one(
      "SELECT count() FROM otel_traces WHERE SpanName = 'wild' AND abs(dateDiff('hour', Timestamp, now64(9))) > 24",
    ),
  ).toBe(0);
  const [deep] = await pipeline.clickhouse.query(
    `SELECT SpanAttributes['deep'] AS value FROM otel_traces WHERE TraceId = '${trace(DEEP_TRACE)}'`,
  );
  expect(deep?.['value']).toContain('(nested too deep)');
  expect(
    await one(`SELECT length(SpanAttributes) FROM otel_traces WHERE TraceId = '${trace(WIDE_TRACE)}'`),
  ).toBe(WIDE_ATTRIBUTES);
  const spans = 2 * SPANS + calmTraces * SPANS_A_TRACE + WILD_TIMES.length + 2;
  await until('SELECT sum(Spans) FROM span_metrics', spans);
  expect(await one('SELECT sum(Spans) FROM span_metrics')).toBe(spans);
  expect(await one("SELECT count() FROM span_metrics WHERE SpanName = '__other__'")).toBeGreaterThan(0);
  const perService = await one(
    'SELECT max(Operations) FROM (SELECT uniqExact(SpanName) AS Operations FROM span_metrics GROUP BY ServiceName)',
  );
  expect(perService).toBeLessThan(1_000);
  expect(await pipeline.recordsIn('deadLetters')).toBe(0);
  expect(SERVICES.map((service) => pipeline.pid(service))).toEqual(pids);
  process.stdout.write(
    `peaks: ${SERVICES.map((service, i) => `${service} ${Math.round((peaks[i] ?? 0) / 1024 / 1024)} MB`).join(', ')}\n`,
  );
});
