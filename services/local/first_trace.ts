/** Whether spans of this run have reached ClickHouse: the proof that the whole way works. */
import { clickHouseConnection, connectClickHouse } from '../platform/clickhouse/client.ts';
import { readConfig } from '../platform/config.ts';
import { CLICKHOUSE_SETTINGS } from '../platform/settings.ts';
import { pick, type Environment } from './tables.ts';

/** Spans in the store that began at `sinceMs` or later. */
export async function countSpansSince(env: Environment, sinceMs: number): Promise<number> {
  const config = readConfig(CLICKHOUSE_SETTINGS, pick(CLICKHOUSE_SETTINGS, env));
  const clickhouse = connectClickHouse({
    ...clickHouseConnection(config),
    database: config.clickhouseDatabase,
  });
  try {
    const [row] = await clickhouse.query(
      'SELECT count() AS spans FROM otel_traces WHERE Timestamp >= fromUnixTimestamp64Milli({since:Int64})',
      { since: sinceMs },
    );
    return Number(row?.['spans']);
  } finally {
    await clickhouse.close();
  }
}
