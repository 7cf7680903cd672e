/** The audit of the chaos drill sees what it claims to see: nothing on what the pipeline made, and each kind of damage. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEAD_LETTER_HEADERS, topicNames } from '../../../services/core/contracts.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import { audit, type AuditResult, type AuditSums, type Poison } from '../../chaos/audit.ts';
import { startLoad } from '../../chaos/load.ts';
import { REQUESTS_FILE, SPANS_FILE, type Ledger } from '../../chaos/ledger.ts';
import { untilQuiet } from '../../chaos/quiet.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka } from '../../support/servers.ts';

jest.setTimeout(180_000);

/** Short, so that late spans of the load come after the end of their runs. */
const RULES = { forgetMs: 4_000, settleMs: 1_000, settleCompleteMs: 200 };
const LOAD_MS = 12_000;
const NOTHING_FOUND = {
  ...{ lost: 0, doubled: 0, doubledInLog: 0, strangers: 0, altered: 0, splits: 0, summaries: 0 },
  ...{ metricWindows: 0, edges: 0, poisonsUnexplained: 0, rejected: 0 },
};

describe('the audit of a load that the pipeline has taken', () => {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  let pipeline: Pipeline;
  let ledger: Ledger;
  let poison: Poison;
  let before: AuditSums;
  let examples: readonly string[];

  beforeAll(async () => {
    pipeline = await startPipeline(['collector', 'processor', 'sink'], {
      SPANMILL_PROCESSOR_FORGET_MS: String(RULES.forgetMs),
      SPANMILL_PROCESSOR_SETTLE_MS: String(RULES.settleMs),
      SPANMILL_PROCESSOR_SETTLE_COMPLETE_MS: String(RULES.settleCompleteMs),
    });
    const collectors = [{ grpc: pipeline.otlpGrpc, http: pipeline.otlpHttp }];
    const load = startLoad({ seed: 7, spansPerSecond: 300, collectors, forgetMs: RULES.forgetMs });
    ledger = load.ledger;
    load.setBehaviour({ disconnectEarly: 0.05, skewClockMs: 7_200_000 });
    poison = await putPoison();
    await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
    await load.stop();
    await untilQuiet({ clickhouse: pipeline.clickhouse, quietMs: 17_000, timeoutMs: 90_000 });
  });
  afterAll(async () => {
    await pipeline.stop();
    ledger.remove();
  });

  async function topics() {
    return topicNames(await value('SELECT currentDatabase()'));
  }

  async function putPoison(): Promise<Poison> {
    const { spans: topic } = await topics();
    const producer = await kafka.producer();
    const records = [{ value: Buffer.from('no protobuf') }];
    const { offset } = await producer.append({ topic, partition: 0, records }).finally(() => producer.stop());
    return { kind: 'no protobuf', topic, partition: 0, offset };
  }

  async function look(
    poisons: readonly Poison[] = [poison],
    windows = WINDOWS,
    sent: Pick<Ledger, 'directory'> = ledger,
  ): Promise<AuditResult> {
    const { clickhouse } = pipeline;
    return audit({ clickhouse, ledger: sent, kafka, topics: await topics(), ...RULES, poisons }, windows);
  }

  /** What an audit finds more than the one before. Damage stays, so that the next is measured against it. */
  async function findings(poisons?: readonly Poison[]): Promise<Partial<AuditSums>> {
    const result = await look(poisons);
    const { sums } = result;
    examples = result.examples;
    const more = (Object.keys(NOTHING_FOUND) as (keyof typeof NOTHING_FOUND)[])
      .map((name) => [name, sums[name] - before[name]] as const)
      .filter(([, difference]) => difference !== 0);
    if (poisons === undefined) before = sums;
    return Object.fromEntries(more);
  }

  async function value(sql: string): Promise<string> {
    return (await pipeline.clickhouse.text(sql, 'TabSeparated')).trim();
  }

  const change = (sql: string) => pipeline.clickhouse.command(sql);

  /** The newest window of a series gets a row more; one nanosecond would be lost in a sum of floats. */
  const offByOne = (table: string, column: string, series: string) => {
    const isMetric = table.startsWith('span_metrics');
    const key = isMetric ? 'ServiceName, SpanName, SpanKind, StatusCode' : 'Client, Server, ConnectionType';
    const one = column.endsWith('DurationSum') ? 1e6 : 1;
    return change(`
      INSERT INTO ${table} (Tenant, ${key}, Time, ${column})
      SELECT Tenant, ${key}, Time, ${one} FROM ${table} WHERE ${series} ORDER BY Time DESC LIMIT 1`);
  };

  /** The span of this name in the whole trace with this number. */
  const oneSpan = (
    name: string,
    number: number,
    root = 'GET /products/%',
  ) => `SpanName = '${name}' AND TraceId = (
    SELECT TraceId FROM traces WHERE RootName LIKE '${root}' AND Spans = ${root === 'nightly' ? 3 : 8}
    ORDER BY TraceId LIMIT 1 OFFSET ${number})`;

  test('finds nothing where all is well', async () => {
    const { sums, perWindow, outside, examples: found } = await look();
    before = sums;
    expect(found).toEqual([]);
    expect(sums).toMatchObject(NOTHING_FOUND);
    expect(sums.sent).toBe(ledger.counts.sent);
    expect(sums.sent).toBeGreaterThan(2_000);
    expect(sums.answered + sums.unknown + sums.refused + sums.rejected).toBe(sums.sent);
    expect(perWindow).toMatchObject([{ lost: 0, doubled: 0 }]);
    expect((perWindow[0]?.sent ?? 0) + outside.sent).toBe(sums.sent);
  });

  test('the load had what the audit has to cope with', async () => {
    const database = `${await value('SELECT currentDatabase()')}_audit`;
    const counts = await pipeline.clickhouse.query(`
      SELECT
        (SELECT count() FROM ${database}.log_spans WHERE is_repeat) > 0 AS repeats,
        (SELECT max(fragments) FROM (SELECT count() AS fragments FROM ${database}.log_fragments GROUP BY trace_id)) > 1 AS fragments,
        (SELECT max(runs) FROM (SELECT uniq(run) AS runs FROM ${database}.log_spans GROUP BY trace_id)) > 1 AS runs,
        (SELECT count() FROM otel_traces WHERE ReportedTimestamp != 0) > 0 AS clamped,
        (SELECT uniq(weight) FROM ${database}.sent_spans) AS weights,
        (SELECT groupUniqArray(ConnectionType) FROM service_edges) AS types`);
    expect(counts).toEqual([
      {
        ...{ repeats: 1, fragments: 1, runs: 1, clamped: 1, weights: '4' },
        types: expect.arrayContaining(['rpc', 'messaging', 'database', 'unknown']),
      },
    ]);
  });

  test('sees a span that is missing, and what is counted of it without it', async () => {
    await change(`ALTER TABLE otel_traces DELETE WHERE ${oneSpan('GET', 0)} SETTINGS mutations_sync = 1`);
    // Its windows of three sizes, its edge of two, its summary.
    expect(await findings()).toEqual({ lost: 1, summaries: 1, metricWindows: 3, edges: 2 });
  });

  test('sees a span that is there twice', async () => {
    await change(`INSERT INTO otel_traces SELECT * FROM otel_traces WHERE ${oneSpan('render', 1)}`);
    expect(await findings()).toEqual({ doubled: 1, summaries: 1, metricWindows: 3 });
    const where = /^doubled: \S+, 2 rows, new in the log at \d:\d+ \(partition:offset\), 0 s/;
    expect(examples).toContainEqual(expect.stringMatching(where));
  });

  test('sees a span that nobody sent', async () => {
    await change(`
      INSERT INTO otel_traces SELECT * REPLACE ('00000000000000ff' AS SpanId)
      FROM (SELECT * FROM otel_traces WHERE ${oneSpan('search', 2)})`);
    expect(await findings()).toEqual({ strangers: 1, summaries: 1, metricWindows: 3 });
  });

  test('sees a span that is stored otherwise than it was sent', async () => {
    await change(`
      ALTER TABLE otel_traces UPDATE ParentSpanId = '00000000000000ff' WHERE ${oneSpan('clean up', 0, 'nightly')}
      SETTINGS mutations_sync = 1`);
    // Its parent is of another service: a call that is not there without it.
    expect(await findings()).toEqual({ altered: 1, edges: 2 });
  });

  test('sees a trace that was split', async () => {
    await change(`
      INSERT INTO trace_summaries (Tenant, TraceId, Start, End, Fragments)
      SELECT Tenant, TraceId, Start, End, 1 FROM traces WHERE RootName = 'nightly' ORDER BY TraceId LIMIT 1`);
    expect(await findings()).toEqual({ splits: 1 });
  });

  test('sees whatever is wrong in a summary', async () => {
    const right = { Start: 'Start', End: 'End', Spans: '0', Errors: '0' };
    const rest = {
      RootService: `''`,
      RootName: `''`,
      RootDuration: '0',
      Services: '[]',
      MissingParents: '0',
    };
    const wrong = {
      ...{ Start: 'Start - INTERVAL 1 MICROSECOND', End: 'End + INTERVAL 1 HOUR', Spans: '1', Errors: '1' },
      ...{ RootService: `'zzz'`, RootName: `'zzz'`, RootDuration: '1000000000000' },
      ...{ Services: `['nobody']`, MissingParents: '1' },
    };
    for (const [trace, [column, value]] of Object.entries(wrong).entries()) {
      const values = { ...right, ...rest, [column]: value };
      await change(`
        INSERT INTO trace_summaries (Tenant, TraceId, ${Object.keys(values).join(', ')})
        SELECT Tenant, TraceId, ${Object.values(values)
          .map((text, i) => `${text} AS New${i}`)
          .join(', ')}
        FROM traces WHERE RootName = 'POST /orders' ORDER BY TraceId LIMIT 1 OFFSET ${trace}`);
    }
    expect(await findings()).toEqual({ summaries: 9 });
  });

  test('sees whatever is off in a metric window, of each size', async () => {
    await offByOne('span_metrics_1h', 'Spans', `SpanName = 'SMTP'`);
    await offByOne('span_metrics_1h', 'Calls', `SpanName = 'publish orders'`);
    await offByOne('span_metrics_1h', 'Errors', `SpanName = 'process orders'`);
    await offByOne('span_metrics_1h', 'DurationSum', `SpanName = 'process mails'`);
    // What is inserted goes up into the hours.
    await offByOne('span_metrics_1m', 'Spans', `SpanName = 'nightly'`);
    await offByOne('span_metrics', 'Errors', `SpanName = 'job {}'`);
    expect(await findings()).toEqual({ metricWindows: 4 + 2 + 3 });
  });

  test('sees a call that metrics count under another name', async () => {
    const name = 'INSERT orders';
    const windows = await value(
      `SELECT uniq(StatusCode, Time) FROM span_metrics_1h WHERE SpanName = '${name}'`,
    );
    const renamed = `SELECT * REPLACE ('INSERT {}' AS SpanName) FROM (SELECT * FROM span_metrics_1h WHERE SpanName = '${name}' LIMIT 1)`;
    await change(`INSERT INTO span_metrics_1h ${renamed}`);
    await change(`ALTER TABLE span_metrics_1h DELETE WHERE SpanName = '${name}' SETTINGS mutations_sync = 1`);
    // Those that are gone, and the one that is new.
    expect(await findings()).toEqual({ metricWindows: Number(windows) + 1 });
  });

  test('sees whatever is off in an edge, and one that is not there', async () => {
    await offByOne('service_edges_1m', 'Calls', `Server = 'worker' AND Client = 'checkout'`);
    await offByOne('service_edges_1m', 'Errors', `Server = 'postgresql/orders'`);
    await offByOne('service_edges_1m', 'ClientDurationSum', `Server = 'smtp.example'`);
    await offByOne('service_edges_1m', 'ServerDurationSum', `Client = 'mails'`);
    // What is inserted goes up into the minutes.
    await offByOne('service_edges', 'Calls', `Client = 'frontend' AND Server = 'checkout'`);
    // Asked for before the mutation: a subquery inside it is answered anew for each part, without the row by then.
    const first = await value(
      `SELECT toUnixTimestamp(min(Time)) FROM service_edges WHERE Server = 'smtp.example'`,
    );
    await change(`
      ALTER TABLE service_edges DELETE WHERE Server = 'smtp.example' AND Time = toDateTime(${first})
      SETTINGS mutations_sync = 1`);
    expect(await findings()).toEqual({ edges: 4 + 2 + 1 });
  });

  test('sees good spans that a collector turned away', async () => {
    const { directory } = ledger;
    const changed = mkdtempSync(join(tmpdir(), 'spanmill-test-'));
    try {
      copyFileSync(join(directory, SPANS_FILE), join(changed, SPANS_FILE));
      const requests = readFileSync(join(directory, REQUESTS_FILE), 'utf8');
      writeFileSync(join(changed, REQUESTS_FILE), requests.replace('\tanswered\t', '\trejected\t'));
      const { sums } = await look([poison], WINDOWS, { directory: changed });
      expect(sums.rejected).toBeGreaterThan(0);
      expect(sums.rejected).toBe(before.answered - sums.answered);
      expect(sums.strangers).toBe(before.strangers);
    } finally {
      rmSync(changed, { recursive: true });
    }
  });

  test('sees a sum that is no number', async () => {
    await change(`
      INSERT INTO span_metrics_1h (Tenant, ServiceName, SpanName, SpanKind, StatusCode, Time, DurationSum)
      SELECT Tenant, ServiceName, SpanName, SpanKind, StatusCode, Time, nan FROM span_metrics_1h
      WHERE SpanName = 'clean up' ORDER BY Time DESC LIMIT 1`);
    expect(await findings()).toEqual({ metricWindows: 1 });
  });

  test('sees a poison without a dead letter, and a dead letter without a poison', async () => {
    const other = { ...poison, offset: poison.offset + 1_000_000 };
    expect(await findings([poison, other])).toEqual({ poisonsUnexplained: 1 });
    expect(await findings([])).toEqual({ poisonsUnexplained: 1 });
  });

  test('sees a dead letter that came twice', async () => {
    const { deadLetters } = await topics();
    const { topic, partition, offset } = poison;
    const headers = {
      [DEAD_LETTER_HEADERS.reason]: 'malformed_record',
      [DEAD_LETTER_HEADERS.topic]: topic,
      [DEAD_LETTER_HEADERS.partition]: String(partition),
      [DEAD_LETTER_HEADERS.offset]: String(offset),
    };
    const records = [{ value: Buffer.from('no protobuf'), headers }];
    const producer = await kafka.producer();
    await producer.append({ topic: deadLetters, partition: 0, records }).finally(() => producer.stop());
    expect(await findings()).toEqual({ poisonsUnexplained: 1 });
  });
});

const WINDOWS = [
  { fault: 'none', startedAtMs: Date.now(), healedAtMs: Date.now(), recoveredAtMs: Date.now() + 25_000 },
];
