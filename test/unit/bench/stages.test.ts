import { describe, expect, it } from '@jest/globals';
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../../services/core/otlp/span_view.ts';
import { readArguments } from '../../bench/stages/arguments.ts';
import { compare } from '../../bench/stages/compare.ts';
import { CORPORA, requestPool, type CorpusName } from '../../bench/stages/corpora.ts';
import { cpuMicros, peakBytes } from '../../bench/stages/process_usage.ts';
import { Replay } from '../../bench/stages/replay.ts';
import { report } from '../../bench/stages/report.ts';
import { OTELCOL, SPANMILL, type BenchResults, type ScenarioResult } from '../../bench/stages/result.ts';
import { SCENARIOS, wantedScenarios } from '../../bench/stages/scenarios.ts';
import { ArgumentsError } from '../../support/command_line.ts';
import { courseOf } from '../../bench/stages/window.ts';

const START_MS = 1_760_000_000_000;

function spansOf(bytes: Uint8Array) {
  const index = new SpanIndex();
  index.read(bytes);
  const view = new SpanView();
  return Array.from({ length: index.count }, (_, i) => {
    readSpanView(view, bytes, index.start[i] ?? 0, index.end[i] ?? 0);
    return {
      bytes: view.end - view.start,
      traceId: Buffer.from(bytes.slice(view.traceIdStart, view.traceIdEnd)).toString('hex'),
      startNs: (BigInt(view.startTimeHigh) << 32n) | BigInt(view.startTimeLow),
      endNs: (BigInt(view.endTimeHigh) << 32n) | BigInt(view.endTimeLow),
    };
  });
}

describe('the command line of the bench', () => {
  it('takes stages and what is to differ from them', () => {
    expect(readArguments([])).toMatchObject({ stages: [], seconds: null, profiles: false });
    expect(
      readArguments(['whole', 'collector', '--seconds', '5', '--rate', '100', '--profile']),
    ).toMatchObject({
      ...{ stages: ['whole', 'collector'], seconds: 5, spansPerSecond: 100, profiles: true },
    });
  });

  it.each([['everything'], ['--seconds', '0'], ['--rate', 'fast'], ['--colour']])(
    'refuses %s %s',
    (...argv) => {
      expect(() => readArguments(argv)).toThrow(ArgumentsError);
    },
  );
});

describe('its scenarios', () => {
  it('have names of their own within a stage', () => {
    const names = SCENARIOS.map(({ stage, name }) => `${stage}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are chosen by stage and name', () => {
    const names = (argv: readonly string[]) => wantedScenarios(readArguments(argv)).map(({ name }) => name);
    expect(names(['traces', '--only', '1,000,000'])).toEqual(['1,000,000 open traces of 3 spans']);
    expect(names([])).toHaveLength(SCENARIOS.length);
    expect(() => names(['traces', '--only', 'gRPC'])).toThrow(ArgumentsError);
  });
});

describe('a replay', () => {
  const corpora = Object.keys(CORPORA) as CorpusName[];

  it.each(corpora)('of %s has ids that never come again, and times that are now', (corpus) => {
    const pool = requestPool(corpus, 20, START_MS, 2);
    const replay = new Replay(pool, START_MS);
    const laterMs = START_MS + 3_600_000;
    const [first, other, again] = [0, 1, 2].map(() => spansOf(replay.next(laterMs).bytes));
    const made = spansOf(pool[0] ?? new Uint8Array(0));
    expect(first?.length).toBeGreaterThanOrEqual(16);
    const ids = (spans: typeof first): Set<string> => new Set(spans?.map(({ traceId }) => traceId));
    const shared = (a: typeof first, b: typeof first): string[] => [...ids(a)].filter((id) => ids(b).has(id));
    expect(shared(first, again)).toEqual([]);
    expect(shared(again, other)).toEqual([]);
    expect(ids(again).size).toBe(ids(first).size);
    expect(again?.map(({ traceId }) => traceId.slice(8))).toEqual(
      made.map(({ traceId }) => traceId.slice(8)),
    );
    const hourNs = 3_600_000_000_000n;
    expect(again?.map(({ startNs, endNs }) => [startNs - hourNs, endNs - hourNs])).toEqual(
      made.map(({ startNs, endNs }) => [startNs, endNs]),
    );
  });

  it.each([
    ['shop', 300, 450],
    ['200 B', 150, 250],
    ['1 KB', 800, 1_200],
    ['5 KB', 4_500, 5_500],
    ['20 KB', 18_000, 22_000],
  ] as const)('of %s has spans as large as it says', (corpus, least, most) => {
    const spans = requestPool(corpus, 64, START_MS, 8).flatMap(spansOf);
    const mean = spans.reduce((sum, { bytes }) => sum + bytes, 0) / spans.length;
    expect(mean).toBeGreaterThan(least);
    expect(mean).toBeLessThan(most);
  });

  it('of the shop brings traces in pieces, in several requests', () => {
    const requests = requestPool('shop', 100, START_MS, 40).map(spansOf);
    const carriers = new Map<string, number>();
    for (const spans of requests) {
      for (const id of new Set(spans.map(({ traceId }) => traceId)))
        carriers.set(id, (carriers.get(id) ?? 0) + 1);
    }
    const counts = [...carriers.values()];
    expect(counts.reduce((sum, one) => sum + one, 0) / counts.length).toBeGreaterThan(2);
  });
});

describe('what a process used', () => {
  it('is what the process itself is told', () => {
    const before = cpuMicros(process.pid);
    const { user, system } = process.cpuUsage();
    const after = cpuMicros(process.pid);
    const tick = 10_000;
    expect(user + system).toBeGreaterThanOrEqual(before - 2 * tick);
    expect(user + system).toBeLessThanOrEqual(after + 2 * tick);
    expect(peakBytes(process.pid)).toBeGreaterThanOrEqual(process.memoryUsage().rss * 0.9);
  });
});

const MIB = 1024 * 1024;
const RESULT: ScenarioResult = {
  ...{ stage: 'whole', name: 'the whole way', system: SPANMILL, spansPerSecond: 12_000, failedRequests: 0 },
  ...{ answerP50: 12, answerP99: 30, bytesSent: 378.4, bytesKafka: 71.2, bytesClickHouse: null },
  ...{ visibleP50: null, visibleP99: null },
  processes: [
    {
      ...{ name: 'collector', spans: 720_000, cpuMicros: 2.5, peakBytes: 200 * MIB, pauseMs: 12 },
      residentBytes: { first: 180 * MIB, last: 190 * MIB, most: 200 * MIB },
      behindSpans: { first: 0, last: 0, most: 0 },
    },
    {
      ...{ name: 'Kafka', spans: 720_000, cpuMicros: 4, peakBytes: 500 * MIB, pauseMs: null },
      residentBytes: { first: 480 * MIB, last: 470 * MIB, most: 500 * MIB },
      behindSpans: null,
    },
  ],
};
const results = (commit: string, ...list: ScenarioResult[]): BenchResults => ({
  ...{ commit, node: 'Node v24', machine: '2 x CPU, 24 GiB', at: '2026-01-01T00:00', results: list },
});

describe('results', () => {
  it('are Markdown, a line a process', () => {
    const lines = report(results('abc1234', RESULT));
    expect(lines[0]).toBe('Commit abc1234, Node v24, 2 x CPU, 24 GiB, 2026-01-01T00:00.');
    expect(lines).toContain('| the whole way | 12000 | 378 | collector | 2.50 | 200 | 12 |');
    expect(lines).toContain('|  |  |  | Kafka | 4.00 | 500 |  |');
    expect(lines).toContain('| the whole way | 12.0 | 30.0 | 0 | 71.2 |  |  |  |');
  });

  it('of a load that is held for long say what grew', () => {
    const [collector, kafka] = RESULT.processes;
    if (collector === undefined || kafka === undefined) throw new Error('no processes');
    const behindSpans = { first: 900, last: 1_000, most: 5_000 };
    const processes = [collector, { ...collector, name: 'sink', behindSpans }, kafka];
    const lines = report(
      results('abc1234', RESULT, { ...RESULT, stage: 'sustained', name: 'long', processes }),
    );
    expect(lines.slice(-3)).toEqual([
      '| long | collector | 180 | 190 | 200 | 0 | 0 | 0 |',
      '| long | sink | 180 | 190 | 200 | 900 | 1000 | 5000 |',
      '| long | Kafka | 480 | 470 | 500 |  |  |  |',
    ]);
    expect(report(results('abc1234', RESULT)).join('\n')).not.toContain('spans behind');
  });

  it('say how a figure stood for a minute, whatever it was for a moment', () => {
    const minute = (value: number): number[] => Array.from({ length: 60 }, () => value);
    expect(courseOf([9_000, ...minute(10), ...minute(500), ...minute(20), 7])).toEqual({
      ...{ first: 10, last: 20, most: 9_000 },
    });
    expect(courseOf([1, 2, 3])).toEqual({ first: 2, last: 3, most: 3 });
  });

  it('of the OpenTelemetry Collector stand beside, with the ratio', () => {
    const [collector, kafka] = RESULT.processes;
    if (collector === undefined || kafka === undefined) throw new Error('no processes');
    const peer: ScenarioResult = {
      ...RESULT,
      system: OTELCOL,
      processes: [{ ...collector, cpuMicros: 7, pauseMs: null }, kafka],
    };
    const lines = report(results('abc1234', RESULT, peer));
    expect(lines).toContain('| the whole way | collector | 2.50 | 7.00 | 2.80 | 200 | 200 |');
    expect(lines).toContain(
      '| the whole way, OpenTelemetry Collector | 12000 | 378 | collector | 7.00 | 200 |  |',
    );
    expect(compare(results('a', RESULT), results('b', peer))).toEqual(['the two have no scenario in common']);
  });

  it('of two commits are compared figure by figure, where both have it', () => {
    const [collector, kafka] = RESULT.processes;
    if (collector === undefined || kafka === undefined) throw new Error('no processes');
    const faster = { ...RESULT, processes: [{ ...collector, cpuMicros: 1.25 }, kafka], bytesClickHouse: 50 };
    const lines = compare(results('abc1234', RESULT), results('def5678', faster));
    expect(lines).toContain('| the whole way | collector, CPU us/span | 2.50 | 1.25 | 0.50 |');
    expect(lines.filter((line) => line.includes('ClickHouse'))).toEqual([]);
  });

  it('that share nothing are not compared', () => {
    const other = { ...RESULT, name: 'another' };
    expect(compare(results('a', RESULT), results('b', other))).toEqual([
      'the two have no scenario in common',
    ]);
  });
});
