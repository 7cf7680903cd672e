/** Waits, before anything is read, for a ClickHouse that answers and has the tables of this version. */
import type { ClickHouse } from '../platform/clickhouse/client.ts';
import { missingMigrations } from '../platform/clickhouse/migrate.ts';
import type { MigrationFile } from '../platform/clickhouse/migration_files.ts';
import type { Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';

export interface SchemaGateOptions {
  readonly clickhouse: ClickHouse;
  readonly files: () => Promise<readonly MigrationFile[]>;
  readonly timers: Timers;
  readonly log: Log;
}

const PAUSE_MS = 1_000;
/** The same reason is logged again after so many looks. */
const LOG_EVERY = 15;

export class SchemaGate implements Part {
  readonly name = 'ClickHouse schema';
  private readonly options: SchemaGateOptions;
  private reason: string | null = 'ClickHouse was not asked yet';
  private stopped = false;

  constructor(options: SchemaGateOptions) {
    this.options = options;
  }

  /** Why nothing can be stored yet, or null. */
  notReady(): string | null {
    return this.reason;
  }

  async start(): Promise<void> {
    const { files, timers, log } = this.options;
    const wanted = await files();
    for (let looks = 0; !this.stopped; looks++) {
      const before = this.reason;
      this.reason = await this.look(wanted);
      if (this.reason === null) return;
      if (this.reason !== before || looks % LOG_EVERY === 0)
        log.warn({ reason: this.reason }, 'waiting for ClickHouse');
      await timers.sleep(PAUSE_MS);
    }
    throw new Error('stopped while waiting for ClickHouse');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.options.clickhouse.close();
  }

  private async look(wanted: readonly MigrationFile[]): Promise<string | null> {
    try {
      const missing = await missingMigrations(this.options.clickhouse, wanted);
      if (missing === null) return 'the database has no tables of Spanmill yet: run `spanmill migrate`';
      if (missing.length === 0) return null;
      return `the database lacks ${missing.join(', ')}: run \`spanmill migrate\``;
    } catch (error) {
      return (error as Error).message;
    }
  }
}
