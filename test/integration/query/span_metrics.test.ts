import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePrometheusText, sumOf, type Sample } from '../../../services/platform/prometheus_text.ts';
import { originOf } from '../../../services/query/counter_store.ts';
import { apiOver, createQueryDatabase, type QueryDatabase } from './query_database.ts';

let database: QueryDatabase;
/** Ten minutes into the current hour of the present week, whatever day it is. */
const NOW_S = Math.floor(Date.now() / 3_600_000) * 3600 + 600;
const ORIGIN = originOf(NOW_S * 1000);

beforeAll(async () => {
  database = await createQueryDatabase();
  await insert(ORIGIN, 2);
  await insert(NOW_S - 60, 1, 'Error');
  // Of the week before.
  await insert(ORIGIN - 10, 1000);
  await database.insert('service_edges', [
    {
      Client: 'web',
      Server: 'cart',
      ConnectionType: 'rpc',
      Time: ORIGIN,
      Calls: 3,
      Errors: 1,
      ServerDurationSum: 6e9,
      ServerHistogram: { 247: 3 },
    },
  ]);
}, 60_000);
afterAll(() => database.close());

async function insert(time: number, calls: number, status = 'Unset'): Promise<void> {
  await database.insert('span_metrics', [
    {
      ServiceName: 'web',
      SpanName: 'GET "a\\b"\n',
      SpanKind: 'Server',
      StatusCode: status,
      Time: time,
      Spans: Math.ceil(calls),
      Calls: calls,
      Errors: status === 'Error' ? calls : 0,
      DurationSum: calls * 1e6,
      // Of 2^(159/8) to 2^20 ns: the last bucket below 1.048576 ms.
      Histogram: { 159: calls },
      Slowest: { Duration: '1000000', TraceId: 'ab'.repeat(16), SpanId: 'cd'.repeat(8) },
    },
  ]);
}

async function scrape(accept = 'text/plain') {
  const app = apiOver(database.clickhouse, { nowMs: NOW_S * 1000 });
  const response = await app.inject({ url: '/metrics/spans', headers: { accept } });
  expect(response.statusCode).toBe(200);
  return { type: response.headers['content-type'], body: response.body };
}

const CALLS = 'traces_span_metrics_calls_total';
const DURATION = 'traces_span_metrics_duration_milliseconds';

describe('GET /metrics/spans', () => {
  it('counts spans since the start of the week, in the names of the spanmetrics connector', async () => {
    const { type, body } = await scrape();
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = parsePrometheusText(body);
    expect(
      samples.filter(({ name }) => name === CALLS).map(({ labels, value }) => ({ ...labels, value })),
    ).toEqual([
      {
        service_name: 'web',
        span_name: 'GET "a\\b"\n',
        span_kind: 'SPAN_KIND_SERVER',
        status_code: 'STATUS_CODE_ERROR',
        value: 1,
      },
      expect.objectContaining({ status_code: 'STATUS_CODE_UNSET', value: 2 }),
    ]);
    const unset = { status_code: 'STATUS_CODE_UNSET' };
    const upTo = (le: string) => sumOf(samples, `${DURATION}_bucket`, { ...unset, le });
    expect([upTo('0.524288'), upTo('1.048576'), upTo('+Inf')]).toEqual([0, 2, 2]);
    expect(sumOf(samples, `${DURATION}_sum`, unset)).toBe(2);
    expect(sumOf(samples, `${DURATION}_count`, unset)).toBe(2);
  });

  it('counts calls between services in the names of the servicegraph connector', async () => {
    const samples = parsePrometheusText((await scrape()).body);
    const edge = { client: 'web', server: 'cart', connection_type: '' };
    expect(sumOf(samples, 'traces_service_graph_request_total', edge)).toBe(3);
    expect(sumOf(samples, 'traces_service_graph_request_failed_total', edge)).toBe(1);
    expect(sumOf(samples, 'traces_service_graph_request_server_seconds_sum', edge)).toBe(6);
    expect(
      sumOf(samples, 'traces_service_graph_request_server_seconds_bucket', { ...edge, le: '2.147483648' }),
    ).toBe(3);
    expect(sumOf(samples, 'traces_service_graph_request_client_seconds_count')).toBeNull();
  });

  it('adds exemplars where OpenMetrics is asked for', async () => {
    const { type, body } = await scrape('application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1');
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body).toContain('# TYPE traces_span_metrics_calls counter\n');
    const marked = body.split('\n').filter((line) => line.includes(' # {'));
    expect(marked).toHaveLength(1);
    expect(marked[0]).toMatch(
      /status_code="STATUS_CODE_ERROR",le="1\.048576"\} 1 # \{trace_id="(ab){16}",span_id="(cd){8}"\} 1$/,
    );
    expect(body.endsWith('\n# EOF\n')).toBe(true);
  });

  it('never falls while spans come late and rows are merged', async () => {
    const before = parsePrometheusText((await scrape()).body);
    await insert(ORIGIN + 20, 0.3);
    await insert(ORIGIN + 20, 0.7);
    await database.clickhouse.command('OPTIMIZE TABLE span_metrics_1h FINAL');
    const after = parsePrometheusText((await scrape()).body);
    const key = ({ name, labels }: Sample) => JSON.stringify([name, labels]);
    const values = new Map(after.map((sample) => [key(sample), sample.value]));
    for (const sample of before) expect(values.get(key(sample))).toBeGreaterThanOrEqual(sample.value);
    expect(sumOf(after, CALLS)).toBe(4);
  });

  it('keeps tenants apart and refuses what it does not know', async () => {
    const app = apiOver(database.clickhouse, { nowMs: NOW_S * 1000 });
    expect((await app.inject('/metrics/spans?tenant=blue')).body).not.toContain('web');
    expect((await app.inject('/metrics/spans?tennant=blue')).statusCode).toBe(400);
  });

  it('answers whatever it is asked for, or says what is wrong', async () => {
    const app = apiOver(database.clickhouse, { nowMs: NOW_S * 1000 });
    const value = fc.oneof(
      fc.constantFrom("' OR 1=1 --", '\0', '\\N'),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    );
    const name = fc.oneof(fc.constant('tenant'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }));
    const accept = fc.constantFrom('', '*/*', ';;;q=x', 'application/openmetrics-text', 'x'.repeat(4000));
    const asked = fc.record({ pairs: fc.array(fc.tuple(name, value), { maxLength: 3 }), accept });
    await fc.assert(
      fc.asyncProperty(asked, async ({ pairs, accept }) => {
        const url = `/metrics/spans?${new URLSearchParams(pairs).toString()}`;
        const { statusCode, body } = await app.inject({ url, headers: { accept } });
        expect([url, [200, 400].includes(statusCode) ? '' : body]).toEqual([url, '']);
        // Nobody's but the tenant's own, whatever is written for its name.
        if (statusCode === 200 && pairs.some(([, one]) => one !== '')) expect(body).not.toContain('"web"');
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
