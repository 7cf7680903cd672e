/** The audit of the chaos drill sees what it claims to see: nothing on what the pipeline made, and each kind of damage. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { topicNames } from '../../../services/core/contracts.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import { audit, type AuditResult, type AuditSums, type Poison } from '../../chaos/audit.ts';
import { startLoad } from '../../chaos/load.ts';
import type { Ledger } from '../../chaos/ledger.ts';
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
  ...{ metricWindows: 0, edges: 0, poisonsUnexplained: 0 },
};
/** A client span that calls a service: its loss shows in every table. */
const A_CALL = `SELECT TraceId, SpanId FROM otel_traces WHERE SpanName = 'GET' AND SpanKind = 'Client' ORDER BY TraceId LIMIT 1`;

describe('the audit of a load that the pipeline has taken', () => {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  let pipeline: Pipeline;
  let ledger: Ledger;
  let poison: Poison;
  let before: AuditSums;

  beforeAll(async () => {
    pipeline = await startPipeline(['collector', 'processor', 'sink'], {
      SPANMILL_PROCESSOR_FORGET_MS: String(RULES.forgetMs),
      SPANMILL_PROCESSOR_SETTLE_MS: String(RULES.settleMs),
      SPANMILL_PROCESSOR_SETTLE_COMPLETE_MS: String(RULES.settleCompleteMs),
    });
    const collectors = [{ grpc: pipeline.otlpGrpc, http: pipeline.otlpHttp }];
    const load = startLoad({ seed: 7, spansPerSecond: 300, collectors, forgetMs: RULES.forgetMs });
    ledger = load.ledger;
    load.setBehaviour({ disconnectEarly: 0.05, skewClockMs: -3_600_000 });
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

  async function look(poisons: readonly Poison[] = [poison], windows = WINDOWS): Promise<AuditResult> {
    const { clickhouse } = pipeline;
    return audit({ clickhouse, ledger, kafka, topics: await topics(), ...RULES, poisons }, windows);
  }

  /** What an audit finds more than the one before. Damage stays, so that the next is measured against it. */
  async function findings(poisons?: readonly Poison[]): Promise<Partial<AuditSums>> {
    const { sums } = await look(poisons);
    const more = (Object.keys(NOTHING_FOUND) as (keyof typeof NOTHING_FOUND)[])
      .map((name) => [name, sums[name] - before[name]] as const)
      .filter(([, difference]) => difference !== 0);
    if (poisons === undefined) before = sums;
    return Object.fromEntries(more);
  }

  async function value(sql: string): Promise<string> {
    return (await pipeline.clickhouse.text(sql, 'TabSeparated')).trim();
  }

  const change = (sql: string) => pipeline.clickhouse.command(sql, {});

  test('finds nothing where all is well', async () => {
    const { sums, perWindow, outside, examples } = await look();
    before = sums;
    expect(examples).toEqual([]);
    expect(sums).toMatchObject(NOTHING_FOUND);
    expect(sums.sent).toBe(ledger.counts.sent);
    expect(sums.sent).toBeGreaterThan(2_000);
    expect(sums.answered + sums.unknown + sums.refused).toBe(sums.sent);
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
        (SELECT uniq(weight) FROM ${database}.sent_spans) AS weights,
        (SELECT groupUniqArray(ConnectionType) FROM service_edges) AS types`);
    expect(counts).toEqual([
      {
        ...{ repeats: 1, fragments: 1, runs: 1, weights: '4' },
        types: expect.arrayContaining(['rpc', 'messaging', 'database', 'unknown']),
      },
    ]);
  });
});

const WINDOWS = [
  { fault: 'none', startedAtMs: Date.now(), healedAtMs: Date.now(), recoveredAtMs: Date.now() + 25_000 },
];
