import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';

let database: QueryDatabase;
/** A whole hour that lies some hours back, as Unix seconds. */
const HOUR = Math.floor(Date.now() / 3_600_000) * 3600 - 4 * 3600;

beforeAll(async () => {
  database = await createQueryDatabase();
  const row = (
    second: number,
    kind: string,
    status: string,
    calls: number,
    bucket: number,
    more: object = {},
  ) => ({
    ServiceName: 'cart',
    SpanName: 'GET /cart',
    SpanKind: kind,
    StatusCode: status,
    Time: HOUR + second,
    Spans: calls,
    Calls: calls,
    Errors: status === 'Error' ? calls : 0,
    DurationSum: calls * 1e6,
    Histogram: { [bucket]: calls },
    ...more,
  });
  // Bucket 160 is around 1 ms, 213 around 100 ms.
  await database.insert('span_metrics', [
    row(0, 'Server', 'Unset', 90, 160),
    row(10, 'Server', 'Error', 10, 213),
    row(10, 'Client', 'Unset', 500, 213),
    row(600, 'Consumer', 'Unset', 100, 160),
    row(10, 'Server', 'Unset', 7, 160, { Tenant: 'blue' }),
    row(10, 'Client', 'Unset', 5, 160, { ServiceName: 'load' }),
  ]);
}, 60_000);
afterAll(() => database.close());

async function services(range: string) {
  const app = apiOver(database.clickhouse);
  const { status, body } = await get(app, `/api/v1/services?${range}`);
  expect(status).toBe(200);
  return (body as { services: Record<string, unknown>[] }).services;
}

describe('GET /api/v1/services over ClickHouse', () => {
  it('counts what a service answered, and takes its durations from those calls alone', async () => {
    expect(await services(`since=${HOUR}&until=${HOUR + 60}`)).toEqual([
      {
        service: 'cart',
        spans: 600,
        calls: 100,
        errors: 10,
        errorRate: 0.1,
        callsPerSecond: 100 / 60,
        meanNs: 1_000_000,
        p50Ns: Math.round(2 ** (160.5 / 8)),
        p90Ns: Math.round(2 ** (160.5 / 8)),
        p95Ns: Math.round(2 ** (213.5 / 8)),
        p99Ns: Math.round(2 ** (213.5 / 8)),
        sparkline: { calls: [90, 10, 0, 0, 0, 0], errors: [0, 10, 0, 0, 0, 0] },
      },
      {
        service: 'load',
        spans: 5,
        calls: 0,
        errors: 0,
        errorRate: null,
        callsPerSecond: 0,
        meanNs: null,
        p50Ns: null,
        p90Ns: null,
        p95Ns: null,
        p99Ns: null,
        sparkline: { calls: [0, 0, 0, 0, 0, 0], errors: [0, 0, 0, 0, 0, 0] },
      },
    ]);
  });

  it.each([
    ['ten-second', HOUR, HOUR + 3600],
    ['minutely', HOUR, HOUR + 2 * 3600],
    ['hourly', HOUR - 49 * 3600, HOUR + 3600],
  ])('reads the same from the %s metrics', async (_step, since, until) => {
    const [cart] = await services(`since=${since}&until=${until}`);
    expect(cart).toMatchObject({ service: 'cart', spans: 700, calls: 200, errors: 10 });
  });

  it('counts only what lies in the stretch of time', async () => {
    expect(await services(`since=${HOUR + 590}&until=${HOUR + 610}`)).toMatchObject([
      { calls: 100, errors: 0 },
    ]);
    expect(await services(`since=${HOUR + 700}&until=${HOUR + 710}`)).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    expect(await services(`since=${HOUR}&until=${HOUR + 60}&tenant=blue`)).toMatchObject([{ calls: 7 }]);
  });
});
