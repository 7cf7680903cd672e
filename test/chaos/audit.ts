/**
 * Holds the tables of a pipeline against the ledger of what was sent and the log of what arrived, by SQL.
 *
 * Three comparisons, so that each fault shows where it happened: the span table with the ledger (lost, doubled, never sent,
 * altered), the derived tables with the span table (summaries, metrics, edges), and what was cut with what the log justifies
 * (splits). To be asked once the pipeline is quiet (quiet.ts); it changes nothing but a database of its own.
 */
import { join } from 'node:path';
import type { TopicNames } from '../../services/core/contracts.ts';
import type { ClickHouse } from '../../services/platform/clickhouse/client.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { loadDeadLetters, loadSpansTopic } from './audit/log_tables.ts';
import { loadFile, RowBuffer } from './audit/rows.ts';
import { statementOf, statementsOf, type Names } from './audit/statements.ts';
import { REQUESTS_FILE, SPANS_FILE, type Ledger } from './ledger.ts';
import type { FaultWindow } from './report.ts';

export interface Poison {
  readonly kind: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface AuditOptions {
  /** Connected to the pipeline's database, with a timeout of minutes: hours of load are summed up in one statement. */
  readonly clickhouse: ClickHouse;
  /** Flushed: Load.stop has seen to that. */
  readonly ledger: Pick<Ledger, 'directory'>;
  readonly kafka: Kafka;
  readonly topics: TopicNames;
  /** As the processors have them. */
  readonly forgetMs: number;
  readonly settleMs: number;
  readonly settleCompleteMs: number;
  /** Bad records that were put into topics on purpose. None may hold a good span. */
  readonly poisons: readonly Poison[];
}

export interface SpanCounts {
  readonly sent: number;
  readonly answered: number;
  /** Sent without an answer, and not repeated since that might have come twice. */
  readonly unknown: number;
  /** Turned away for certain by every attempt. */
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
}

export interface AuditSums extends SpanCounts {
  /** Of the doubled ones, those that came to the log again after their trace was forgotten. */
  readonly doubledInLog: number;
  /** Spans that a collector called no good: the load sends none such. */
  readonly rejected: number;
  /** Rows that nobody sent, or that were refused. */
  readonly strangers: number;
  /** Spans stored otherwise than they were sent. */
  readonly altered: number;
  /** Traces. */
  readonly splits: number;
  readonly summaries: number;
  /** Windows of 10 s, 1 m and 1 h. */
  readonly metricWindows: number;
  /** Windows of 10 s and 1 m. */
  readonly edges: number;
  readonly poisonsUnexplained: number;
}

export type WindowAudit = SpanCounts;

export interface AuditResult {
  readonly sums: AuditSums;
  /** One for each fault window, in their order: of the spans first sent from its start to its recovery. */
  readonly perWindow: readonly WindowAudit[];
  /** Of the spans first sent in none of them. */
  readonly outside: WindowAudit;
  /** The first few of each kind of finding; trace ids are good for `spanmill explain`. */
  readonly examples: readonly string[];
  /** The database with all of it, for further questions. */
  readonly database: string;
}

interface Finding {
  readonly sum: keyof AuditSums;
  readonly file: string;
  readonly names?: Names;
}

const METRIC_STEPS = { span_metrics: '10 SECOND', span_metrics_1m: '1 MINUTE', span_metrics_1h: '1 HOUR' };
const EDGE_STEPS = { service_edges: '10 SECOND', service_edges_1m: '1 MINUTE' };

const FINDINGS: readonly Finding[] = [
  ...(['lost', 'rejected', 'doubled', 'strangers', 'altered', 'splits', 'summaries'] as const).map((sum) => ({
    sum,
    file: `${sum}.sql`,
  })),
  { sum: 'doubledInLog', file: 'doubled_in_log.sql' },
  ...Object.entries(METRIC_STEPS).map(([table, step]) => ({
    ...{ sum: 'metricWindows' as const, file: 'span_metrics.sql', names: { table, step } },
  })),
  ...Object.entries(EDGE_STEPS).map(([table, step]) => ({
    ...{ sum: 'edges' as const, file: 'service_edges.sql', names: { table, step } },
  })),
  { sum: 'poisonsUnexplained', file: 'poisons.sql' },
];

/** Traces are compared in parts of about as many spans, which bounds ClickHouse's memory and time. */
const SPANS_A_PASS = 250_000;
const EXAMPLES = 5;

export async function audit(options: AuditOptions, windows: readonly FaultWindow[]): Promise<AuditResult> {
  const { clickhouse } = options;
  const pipeline = String((await one(clickhouse, 'SELECT currentDatabase() AS name'))['name']);
  const database = `${pipeline}_audit`;
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
  for (const statement of statementsOf('schema.sql', { audit: database }))
    await clickhouse.command(statement);
  await load(options, database);
  await derive(clickhouse, database);
  const perWindow: WindowAudit[] = [];
  for (const window of windows) perWindow.push(await countSpans(clickhouse, database, within(window)));
  const outside = await countSpans(
    clickhouse,
    database,
    windows.length === 0 ? '1' : `NOT (${windows.map(within).join(' OR ')})`,
  );
  const found = await find(clickhouse, database);
  const sums = { ...found.sums, ...(await countSpans(clickhouse, database, '1')) };
  return { sums, perWindow, outside, examples: found.examples, database };
}

async function load(options: AuditOptions, database: string): Promise<void> {
  const { clickhouse, ledger, kafka, topics, poisons } = options;
  await loadFile(clickhouse, `${database}.sent_spans`, join(ledger.directory, SPANS_FILE));
  await loadFile(clickhouse, `${database}.sent_requests`, join(ledger.directory, REQUESTS_FILE));
  const rows = new RowBuffer(clickhouse, `${database}.poisons`);
  for (const { kind, topic, partition, offset } of poisons) rows.add(kind, topic, partition, offset);
  await rows.flush();
  await loadSpansTopic(kafka, topics, options, clickhouse, database);
  await loadDeadLetters(kafka, topics, clickhouse, database);
}

async function derive(clickhouse: ClickHouse, audit: string): Promise<void> {
  await clickhouse.command(
    `INSERT INTO ${audit}.operations SELECT DISTINCT name, operation FROM ${audit}.sent_spans`,
  );
  const { spans } = await one(clickhouse, `SELECT count() AS spans FROM ${audit}.sent_spans`);
  const passes = Math.max(1, Math.ceil(Number(spans) / SPANS_A_PASS));
  for (let pass = 0; pass < passes; pass++) {
    for (const statement of statementsOf('derive.sql', { audit, passes, pass })) {
      await clickhouse.command(statement);
    }
  }
}

async function find(
  clickhouse: ClickHouse,
  audit: string,
): Promise<{ sums: Omit<AuditSums, keyof SpanCounts>; examples: string[] }> {
  const sums = {
    ...{ doubledInLog: 0, strangers: 0, altered: 0, splits: 0, summaries: 0, metricWindows: 0, edges: 0 },
    ...{ poisonsUnexplained: 0, rejected: 0 },
    ...{ sent: 0, answered: 0, unknown: 0, refused: 0, lost: 0, doubled: 0 },
  };
  const examples: string[] = [];
  for (const { sum, file, names } of FINDINGS) {
    const finding = statementOf(file, { audit, ...names });
    const row = await one(
      clickhouse,
      `SELECT count() AS found, groupArray(${EXAMPLES})(example) AS examples FROM (${finding})`,
    );
    sums[sum] += Number(row['found']);
    examples.push(...(row['examples'] as string[]).map((example) => `${sum}: ${example}`));
  }
  return { sums, examples };
}

async function countSpans(clickhouse: ClickHouse, audit: string, condition: string): Promise<SpanCounts> {
  const row = await one(clickhouse, statementOf('window.sql', { audit, condition }));
  const count = (name: keyof SpanCounts) => Number(row[name]);
  return {
    sent: count('sent'),
    answered: count('answered'),
    unknown: count('unknown'),
    refused: count('refused'),
    lost: count('lost'),
    doubled: count('doubled'),
  };
}

/** While the fault was on, and until the pipeline had recovered; to the end of time where it never has. */
function within({ startedAtMs, recoveredAtMs }: FaultWindow): string {
  const until = recoveredAtMs === null ? '1' : `sent_at_ms < ${Math.ceil(recoveredAtMs)}`;
  return `(sent_at_ms >= ${Math.floor(startedAtMs)} AND ${until})`;
}

async function one(clickhouse: ClickHouse, sql: string): Promise<Readonly<Record<string, unknown>>> {
  return (await clickhouse.query(sql))[0] ?? {};
}
