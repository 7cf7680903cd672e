/** What the spans weigh in ClickHouse. */
import type { Way } from './way.ts';

/** A span's share of all tables. What waits to be merged is larger than it will be: the parts are merged first. */
export async function storedBytes({ clickhouse }: Way): Promise<number> {
  const tables = await clickhouse.query(
    `SELECT DISTINCT table FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  for (const { table } of tables) await clickhouse.command(`OPTIMIZE TABLE ${String(table)} FINAL`);
  const [row] = await clickhouse.query(
    `SELECT sum(bytes_on_disk) / sumIf(rows, table = 'otel_traces') AS bytes
     FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  return Number(row?.['bytes']);
}
