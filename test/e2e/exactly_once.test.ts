/** A span sent is a row in ClickHouse, once, whatever is killed on the way: the whole pipeline on real servers. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { knownLoad, SPANS_A_TRACE, type KnownLoad } from '../support/known_load.ts';
import { grpcSender, httpSender } from '../support/otlp_client.ts';
import { startPipeline, type Pipeline, type ServiceName } from '../support/pipeline.ts';

jest.setTimeout(240_000);

const TRACES = 10_000;
/** Seconds of silence that end a trace: short, so that the test sees the end of all of them. */
const FORGET_MS = 6_000;

describe('the pipeline, with its processor and its sink killed under load', () => {
  let pipeline: Pipeline;
  let load: KnownLoad;

  beforeAll(async () => {
    pipeline = await startPipeline(['collector', 'processor', 'sink'], {
      SPANMILL_PROCESSOR_FORGET_MS: String(FORGET_MS),
      SPANMILL_PROCESSOR_SETTLE_MS: '2000',
    });
    load = knownLoad({
      traces: TRACES,
      startMs: Date.now(),
      seed: 7,
      tracesAtOnce: 500,
      spansPerRequest: 500,
    });
    await sendWhileKilling();
    await untilQuiet();
  });
  afterAll(() => pipeline.stop());

  /** Sends over both protocols in turn; at given requests a service is killed and started again. */
  async function sendWhileKilling(): Promise<void> {
    const senders = [grpcSender(pipeline.otlpGrpc), httpSender(pipeline.otlpHttp)] as const;
    const kills = new Map<number, ServiceName>([
      [50, 'processor'],
      [90, 'sink'],
      [130, 'processor'],
      [150, 'sink'],
    ]);
    const restarts: Promise<void>[] = [];
    for (const [i, request] of load.requests.entries()) {
      const service = kills.get(i);
      if (service !== undefined) {
        await pipeline.kill(service, 'SIGKILL');
        restarts.push(pipeline.start(service));
      }
      await senders[i % 2 === 0 ? 0 : 1].send(request);
      // Spread over some seconds, so that commits and inserts are under way when the kills come.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Promise.all(restarts);
    for (const sender of senders) sender.close();
  }

  /** Until all calls and all calls between services are counted, or nothing has moved for long. */
  async function untilQuiet(): Promise<void> {
    const SILENCE_MS = 25_000;
    let last = '';
    let movedAt = Date.now();
    while (Date.now() - movedAt < SILENCE_MS) {
      const now = JSON.stringify([
        await row('SELECT count() AS spans FROM otel_traces'),
        await row('SELECT sum(Spans) AS spans FROM span_metrics'),
        await row('SELECT sum(Calls) AS calls FROM service_edges'),
      ]);
      if (
        now ===
        JSON.stringify([{ spans: String(load.spans) }, { spans: String(load.spans) }, { calls: 3 * TRACES }])
      )
        return;
      if (now !== last) movedAt = Date.now();
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async function row(sql: string): Promise<Record<string, unknown>> {
    return (await pipeline.clickhouse.query(sql))[0] ?? {};
  }

  test('stores every span once', async () => {
    const counts = await row(
      'SELECT count() AS rows, uniqExact(TraceId, SpanId) AS spans, uniqExact(TraceId) AS traces FROM otel_traces',
    );
    expect(counts).toEqual({ rows: String(load.spans), spans: String(load.spans), traces: String(TRACES) });
  });

  test('summarises every trace with all of its spans', async () => {
    const summaries = await row(`
      SELECT count() AS traces, countIf(Spans = ${SPANS_A_TRACE}) AS whole, sum(Errors) AS errors
      FROM (SELECT TraceId, sum(Spans) AS Spans, sum(Errors) AS Errors FROM trace_summaries GROUP BY TraceId)`);
    expect(summaries).toEqual({ traces: String(TRACES), whole: String(TRACES), errors: String(load.errors) });
  });

  test('counts in span_metrics just the calls and errors that the spans show, window by window', async () => {
    const differences = await pipeline.clickhouse.query(`
      SELECT * FROM
      (
        SELECT toStartOfInterval(Timestamp, INTERVAL 10 SECOND)::DateTime AS Time, ServiceName, SpanName, SpanKind,
          count() AS Spans, toFloat64(count()) AS Calls, toFloat64(countIf(StatusCode = 'Error')) AS Errors, toFloat64(sum(Duration)) AS DurationSum
        FROM otel_traces GROUP BY Time, ServiceName, SpanName, SpanKind
      ) AS spans
      FULL OUTER JOIN
      (
        SELECT Time, ServiceName, SpanName, SpanKind, sum(Spans) AS Spans, sum(Calls) AS Calls, sum(Errors) AS Errors, sum(DurationSum) AS DurationSum
        FROM span_metrics GROUP BY Time, ServiceName, SpanName, SpanKind
      ) AS metrics USING (Time, ServiceName, SpanName, SpanKind)
      WHERE (spans.Spans, spans.Calls, spans.Errors, spans.DurationSum) != (metrics.Spans, metrics.Calls, metrics.Errors, metrics.DurationSum)`);
    expect(differences).toEqual([]);
    expect(await row('SELECT sum(Calls) AS calls, sum(Errors) AS errors FROM span_metrics')).toEqual({
      calls: load.spans,
      errors: load.errors,
    });
  });

  test('rolls up to minutes and hours what the ten-second windows hold', async () => {
    for (const table of ['span_metrics_1m', 'span_metrics_1h']) {
      expect(await row(`SELECT sum(Spans) AS spans, sum(Errors) AS errors FROM ${table}`)).toEqual({
        spans: String(load.spans),
        errors: load.errors,
      });
    }
  });

  test('counts every call between services, the database among them', async () => {
    const edges = await pipeline.clickhouse.query(
      'SELECT Client, Server, ConnectionType, sum(Calls) AS Calls FROM service_edges GROUP BY ALL ORDER BY ALL',
    );
    expect(edges).toEqual([
      { Client: 'checkout', Server: 'postgresql/orders', ConnectionType: 'database', Calls: TRACES },
      { Client: 'frontend', Server: 'catalog', ConnectionType: 'rpc', Calls: TRACES },
      { Client: 'frontend', Server: 'checkout', ConnectionType: 'rpc', Calls: TRACES },
    ]);
  });

  test('left nothing in dead letters', async () => {
    expect(await pipeline.recordsIn('deadLetters')).toBe(0);
    expect(await pipeline.recordsIn('traces')).toBeGreaterThan(0);
  });
});
