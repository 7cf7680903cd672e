/** What the spans weigh in ClickHouse. */
import type { Way } from './way.ts';

/** Larger tables take minutes to merge once more, and have been merged on their way: they are weighed as they lie. */
const MOST_ROWS = 5_000_000;

/** A span's share of all tables. What waits to be merged is larger than it will be: the parts are merged first. */
export async function storedBytes({ clickhouse }: Way): Promise<number> {
  const tables = await clickhouse.query(
    `SELECT table FROM system.parts WHERE active AND database = currentDatabase()
     GROUP BY table HAVING sum(rows) <= ${MOST_ROWS}`,
  );
  for (const { table } of tables) await clickhouse.command(`OPTIMIZE TABLE ${String(table)} FINAL`);
  const [row] = await clickhouse.query(
    `SELECT sum(bytes_on_disk) / sumIf(rows, table = 'otel_traces') AS bytes
     FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  return Number(row?.['bytes']);
}
