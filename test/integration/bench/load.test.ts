/** The loader of the query bench: what it stores is what the pipeline would have stored. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectClickHouse, type ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { loadCorpus } from '../../bench/query/load.ts';
import { createTables } from '../../support/migrated_tables.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';

const SPANS = 3000;
const UNTIL_MS = Math.floor(Date.now() / 60_000) * 60_000;
const database = uniqueName('bench');
const connection = testConnection(database);
const told: number[] = [];
let clickhouse: ClickHouse;
let spans = 0;

beforeAll(async () => {
  await createTables(connection, database);
  clickhouse = connectClickHouse(connection);
  const range = { sinceMs: UNTIL_MS - 600_000, untilMs: UNTIL_MS };
  spans = await loadCorpus({ ...range, connection, spans: SPANS, onProgress: (count) => told.push(count) });
}, 120_000);
afterAll(() => clickhouse.close());

const number = async (sql: string): Promise<number> => {
  const [row] = await clickhouse.query(`SELECT toString(${sql}`);
  return Number(Object.values(row ?? {})[0]);
};

it('stores as many spans as it says, each once, all of them in time', async () => {
  expect(spans).toBeGreaterThanOrEqual(SPANS);
  expect(spans).toBeLessThan(SPANS * 1.05);
  expect(told.at(-1)).toBe(spans);
  expect(await number('uniqExact(TraceId, SpanId)) FROM otel_traces')).toBe(spans);
  expect(await number(`min(toUnixTimestamp(Timestamp))) FROM otel_traces`)).toBeGreaterThanOrEqual(
    UNTIL_MS / 1000 - 600,
  );
});

it('stores summaries and metrics that agree with the spans', async () => {
  expect(await number('sum(Spans)) FROM trace_summaries')).toBe(spans);
  expect(await number('sum(MissingParents)) FROM trace_summaries')).toBe(0);
  expect(await number('sum(Spans)) FROM span_metrics')).toBe(spans);
  expect(await number('sum(Calls)) FROM service_edges')).toBeGreaterThan(0);
});
