import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS as COLLECTOR } from '../../../services/collector/metrics.ts';
import { METRICS as PROCESSOR } from '../../../services/processor/metrics.ts';
import { METRICS as SINK } from '../../../services/sink/metrics.ts';
import { ALL_SETTINGS } from '../../../services/local/tables.ts';
import { readArguments } from '../../bench/capacity/arguments.ts';
import { DEFAULT_ASSUMPTIONS } from '../../bench/capacity/assumptions.ts';
import { Autoscaler, type Autoscaling } from '../../bench/capacity/autoscale.ts';
import { ticks } from '../../bench/capacity/chart.ts';
import { dailyCurve } from '../../bench/capacity/day.ts';
import { onlyTheWholeWay, readFigures, type Figures } from '../../bench/capacity/figures.ts';
import { generate, withBlocks } from '../../bench/capacity/page.ts';
import { decidedBy, plan } from '../../bench/capacity/plan.ts';
import { policies } from '../../bench/capacity/policies.ts';
import { simulate, type Outcome, type Simulation } from '../../bench/capacity/simulate.ts';
import { bytes, duration, figure, memory, short } from '../../bench/capacity/units.ts';
import type { BenchResults, ScenarioResult } from '../../bench/stages/result.ts';
import { ArgumentsError } from '../../support/command_line.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const PAGE = readFileSync(join(DOCS, 'capacity.md'), 'utf8');
const GIB = 1024 ** 3;

/** Round numbers, to count with by hand. */
const FIGURES: Figures = {
  ...{ collectorMicros: 2, processorMicros: 6, sinkMicros: 3, kafkaMicros: 1, clickhouseMicros: 4 },
  ...{ sentBytes: 400, spansBytes: 60, publishedBytes: 40, clickhouseBytes: 50, measuredRate: 12_000 },
  ...{ collectorBytes: GIB / 4, processorBytes: GIB / 4, sinkBytes: GIB / 4 },
};

function resultOf(name: string, more: object = {}): ScenarioResult {
  const used = (service: string, cpuMicros: number) => ({
    ...{ name: service, cpuMicros, spans: 1, peakBytes: GIB / 4, pauseMs: null },
  });
  return {
    ...{ stage: 'whole', name, spansPerSecond: 12_000, failedRequests: 0, answerP50: 1, answerP99: 2 },
    ...{ bytesSent: 400, bytesKafka: 60, bytesClickHouse: 50, visibleP50: null, visibleP99: null },
    processes: [
      ...[
        used('collector', 2),
        used('processor', 6),
        used('sink', 3),
        used('Kafka', 1),
        used('ClickHouse', 4),
      ],
    ],
    ...more,
  };
}

const resultsOf = (...results: ScenarioResult[]): BenchResults => ({
  ...{ commit: 'c0ffee', node: 'Node', machine: 'two cores', at: 'today', results },
});

describe('the figures of the bench', () => {
  it('are those of the whole way, by Spanmill', () => {
    const other = resultOf('the whole way', { system: 'OpenTelemetry Collector', spansPerSecond: 1 });
    const ours = resultOf('the whole way', { system: 'Spanmill' });
    const results = resultsOf(resultOf('another'), other, ours);
    expect(onlyTheWholeWay(results).results).toEqual([ours]);
    expect(readFigures(results)).toMatchObject({ processorMicros: 6, spansBytes: 60, measuredRate: 12_000 });
    expect(readFigures(resultsOf(resultOf('the whole way')))).toEqual(readFigures(results));
  });

  it('are missed where there are none', () => {
    expect(() => readFigures(resultsOf())).toThrow('spanmill bench whole');
    const [first] = [resultOf('the whole way')];
    const lacking = { ...first, processes: first.processes.slice(1) };
    expect(() => readFigures(resultsOf(lacking))).toThrow('no collector');
    expect(() => readFigures(resultsOf({ ...first, bytesKafka: null }))).toThrow('spansBytes');
  });
});

describe('the plan for a million spans a second', () => {
  const made = plan(FIGURES, DEFAULT_ASSUMPTIONS, 1_000_000);

  it('has the processes that work it out by hand', () => {
    expect(made.peakRate).toBe(2_000_000);
    // 2 M x 2, 6, 3 us = 4, 12, 6 cores; / 0.6 = 6.7, 20, 10; in threes.
    expect([made.collector, made.processor, made.sink].map(({ processes }) => processes)).toEqual([
      9, 21, 12,
    ]);
    expect(made.processor.cores).toBeCloseTo(12);
  });

  it('has partitions for a catch-up after growth, dealt out evenly with two zones and with three', () => {
    // 12 cores x 2 x 2 = 48; the next multiple of 2 x 21 is 84.
    expect(made.kafka.partitions).toBe(84);
    expect(made.kafka.partitions % made.processor.processes).toBe(0);
    expect(made.kafka.partitions % ((made.processor.processes * 2) / 3)).toBe(0);
  });

  it('has brokers for CPU, network and disks, whichever needs most', () => {
    const { kafka } = made;
    // 2 M x 1 us x (1 + 2 / 2) = 4 cores; 2 M x 100 B x 3 = 600 MB/s; 1 M x 100 B x 3 x 86,400 s = 25.92 TB.
    expect(kafka.cores).toBeCloseTo(4);
    expect(kafka.networkBytes).toBeCloseTo(600e6);
    expect(kafka.diskBytes).toBeCloseTo(25.92e12);
    expect(kafka.wishes['CPU']).toBeCloseTo(4 / 4.8);
    expect(kafka.wishes['network']).toBeCloseTo(0.8);
    expect(kafka.wishes['disk writes']).toBeCloseTo(2.5);
    expect(kafka.wishes['disk size']).toBeCloseTo(25.92 / 5.6);
    expect(kafka.brokers).toBe(6);
    expect(decidedBy(kafka.wishes, 3)).toBe('disk size');
    expect(decidedBy({ CPU: 1, network: 2.9 }, 3)).toBe('replicas');
    // 100 MB/s to two followers, and by chance from two thirds of the producers and to two thirds of the readers.
    expect(kafka.betweenZonesBytes).toBeCloseTo(100e6 * (2 + 4 / 3));
    expect(kafka.replicasPerBroker).toBe((4 * 84 * 3) / 6);
  });

  it('has records and batches as large as they should be', () => {
    const { kafka, clickhouse } = made;
    expect(kafka.spansPerRecord).toBeCloseTo((2_000_000 / 9 / 84) * 0.02);
    expect(kafka.lingerSeconds).toBe(0.02);
    // 84 partitions / 15 parts a second; 1 M x 50 B x 2 x 30 x 86,400 s = 259.2 TB / 11.2 TB = 23.1 nodes.
    expect(clickhouse.batchSeconds).toBeCloseTo(5.6);
    expect(clickhouse.nodes).toBe(24);
    expect(clickhouse.rowsPerPart).toBeCloseTo(((2_000_000 / 84) * 5.6) / 12);
    expect(clickhouse.rememberedSeconds).toBeCloseTo(20_000 / 15);
    // 0.25 GiB + 7 partitions of a sink x 133,333 rows x 400 B = 0.6 GiB.
    expect(made.sink.memoryBytes).toBe(GIB);
    const large = plan(FIGURES, DEFAULT_ASSUMPTIONS, 10_000_000);
    const kept =
      (large.peakRate / large.collector.processes / large.kafka.partitions) * large.kafka.lingerSeconds;
    expect(kept).toBeCloseTo(20);
  });

  it('of little load is one of each in every zone', () => {
    const small = plan(FIGURES, DEFAULT_ASSUMPTIONS, 1_000);
    expect([small.collector, small.processor, small.sink].map(({ processes }) => processes)).toEqual([
      3, 3, 3,
    ]);
    expect([small.kafka.partitions, small.kafka.brokers, small.clickhouse.nodes]).toEqual([12, 3, 2]);
  });
});

const CALM: Simulation = {
  hours: 3,
  day: { meanRate: 1_000, peakFactor: 1, peakHour: 12, noise: 0, burstsPerDay: 0, seed: 1 },
  group: { partitions: 12, stepSeconds: 5, spansPerSecond: 400, movedPauseSeconds: 0.5, forgetSeconds: 30 },
  fleet: { zones: 3, startSeconds: 30, sessionSeconds: 6, replaceSeconds: null },
  processes: 3,
  autoscaling: null,
  failure: null,
};
const FAILURE = { zone: 1, begin: 3_600, end: 7_200 };

function expectConserved({ produced, processed, backlog }: Outcome): void {
  expect(Math.abs(produced - processed - backlog) / produced).toBeLessThan(1e-9);
}

describe('the simulated group', () => {
  it('has no lag under a constant load below its capacity', () => {
    const outcome = simulate(CALM);
    expect(outcome).toMatchObject({ largestLagSeconds: 0, lateMinutes: 0, rebalances: 0, processHours: 9 });
    expect(outcome.minutes).toHaveLength(180);
    expect(outcome.backlog).toBeCloseTo(0);
    expectConserved(outcome);
  });

  it('falls behind by what it cannot do', () => {
    const outcome = simulate({ ...CALM, processes: 2 });
    // 800 of 1,000 spans a second are done, so a fifth of three hours is left.
    expect(outcome.largestLagSeconds).toBeCloseTo(0.2 * 3 * 3600, 3);
    expect(outcome.backlog).toBeCloseTo(0.2 * outcome.produced);
    expectConserved(outcome);
  });

  it('has no use for more processes than partitions', () => {
    const group = { ...CALM.group, partitions: 2 };
    const [two, ten] = [2, 10].map((processes) => simulate({ ...CALM, group, processes }));
    expect(ten?.largestLagSeconds).toBeGreaterThan(2_000);
    expect(ten?.largestLagSeconds).toBe(two?.largestLagSeconds);
    expect(ten?.minutes.at(-1)?.capacity).toBe(800);
  });

  it('is as fast as its busiest process where partitions do not deal out evenly', () => {
    const group = { ...CALM.group, partitions: 4 };
    // Of four partitions one process has two: 500 spans a second of its 400.
    expect(simulate({ ...CALM, group }).largestLagSeconds).toBeGreaterThan(0.19 * 3 * 3600);
    expect(simulate({ ...CALM, group, processes: 4 }).largestLagSeconds).toBe(0);
  });

  it('loses a zone with headroom, waits for the session, replays, and catches up', () => {
    const outcome = simulate({ ...CALM, processes: 6, failure: FAILURE });
    expect(outcome.rebalances).toBe(2);
    // The third that died, and a third that goes to those who come back.
    expect(outcome.movedPartitions).toBe(8);
    expect(outcome.largestLagSeconds).toBeGreaterThan(6);
    expect(outcome.largestLagSeconds).toBeLessThan(60);
    expect(outcome.caughtUpSeconds).toBeLessThan(120);
    expectConserved(outcome);
  });

  it('waits longer for a longer session', () => {
    const [short6, long45] = [6, 45].map((sessionSeconds) =>
      simulate({ ...CALM, processes: 6, failure: FAILURE, fleet: { ...CALM.fleet, sessionSeconds } }),
    );
    expect(long45?.largestLagSeconds).toBeGreaterThan((short6?.largestLagSeconds ?? 0) + 30);
  });

  it('loses a zone without headroom, and falls behind for as long', () => {
    const outcome = simulate({ ...CALM, failure: FAILURE });
    // Two thirds of 1,200 are 800 of 1,000 spans a second, for an hour; then 200 more than come, for what is left of the time.
    expect(outcome.largestLagSeconds).toBeGreaterThan(0.2 * 3600);
    expect(outcome.caughtUpSeconds).toBeNull();
    expect(outcome.backlog).toBeGreaterThan(0);
    expectConserved(outcome);
  });

  it('is replaced elsewhere where that is asked for', () => {
    const fleet = { ...CALM.fleet, replaceSeconds: 340 };
    const outcome = simulate({ ...CALM, fleet, failure: FAILURE });
    // Dead for 340 + 30 s, at 800 of 1,000 a second.
    expect(outcome.largestLagSeconds).toBeLessThan(200);
    expect(outcome.caughtUpSeconds).toBeLessThan(3_600);
  });

  it('follows a day by rate and lag, in less time of processes than a fleet for the peak', () => {
    const day = { ...CALM.day, meanRate: 4_000, peakFactor: 2, noise: 0.03, burstsPerDay: 6 };
    const group = { ...CALM.group, partitions: 96 };
    const autoscaling: Autoscaling = {
      ...{ least: 6, most: 72, pollSeconds: 30, scaleDownSeconds: 300, lagSeconds: 30, ratePerProcess: 240 },
    };
    const fixed = { ...CALM, hours: 24, day, group, processes: 36 };
    const [still, scaled] = [fixed, { ...fixed, autoscaling }].map(simulate);
    expect(scaled?.largestLagSeconds).toBeLessThan(60);
    expect(scaled?.processHours).toBeLessThan(0.7 * (still?.processHours ?? 0));
    expect(scaled?.rebalances).toBeGreaterThan(10);
  });

  it('is the same by the same seed, and another by another', () => {
    const [policy] = policies(FIGURES, DEFAULT_ASSUMPTIONS, plan(FIGURES, DEFAULT_ASSUMPTIONS, 100_000), 7);
    if (policy === undefined) throw new Error('no policy');
    const short12 = (seed: number): Simulation => {
      const { simulation } = policy;
      return { ...simulation, hours: 12, day: { ...simulation.day, seed } };
    };
    expect(simulate(short12(7))).toEqual(simulate(short12(7)));
    expect(simulate(short12(8)).produced).not.toBe(simulate(short12(7)).produced);
  });
});

describe('the load of a day', () => {
  it.each([1, 1.5, 2, 4])('has the mean 1 and the peak %d', (peakFactor) => {
    const curve = dailyCurve(peakFactor, 14);
    const minutes = Array.from({ length: 1440 }, (_, minute) => curve(minute * 60));
    expect(minutes.reduce((sum, one) => sum + one, 0) / 1440).toBeCloseTo(1, 6);
    expect(Math.max(...minutes)).toBeCloseTo(peakFactor, 6);
    expect(curve(14 * 3600)).toBeCloseTo(peakFactor, 6);
  });
});

describe('the autoscaler', () => {
  const rules: Autoscaling = {
    ...{ least: 2, most: 20, pollSeconds: 30, scaleDownSeconds: 300, lagSeconds: 30, ratePerProcess: null },
  };
  const looked = (
    scaler: Autoscaler,
    seconds: number,
    ready: number,
    lagSeconds: number,
    rate = 0,
  ): number => {
    scaler.look({ seconds, ready, lagSeconds, rate });
    return scaler.wanted;
  };

  it('wants more by the ratio of lag, at most twice as many, and looks again only later', () => {
    const scaler = new Autoscaler(rules, 5);
    expect(looked(scaler, 0, 5, 31)).toBe(5);
    expect(looked(scaler, 5, 5, 3_000)).toBe(5);
    expect(looked(scaler, 30, 5, 45)).toBe(8);
    expect(looked(scaler, 60, 8, 3_000)).toBe(16);
    expect(looked(scaler, 90, 16, 3_000)).toBe(20);
  });

  it('shrinks once the largest wish of the window is smaller, and not below the least', () => {
    const scaler = new Autoscaler(rules, 5);
    looked(scaler, 0, 5, 45);
    for (let seconds = 30; seconds < 300; seconds += 30) expect(looked(scaler, seconds, 8, 0)).toBe(8);
    expect(looked(scaler, 300, 8, 0)).toBe(2);
  });

  it('goes by the rate where it is told to', () => {
    const scaler = new Autoscaler({ ...rules, ratePerProcess: 100 }, 5);
    expect(looked(scaler, 0, 5, 0, 801)).toBe(9);
  });
});

describe('numbers on the page', () => {
  it('have three digits that count, and a unit', () => {
    expect([figure(2.98), figure(71.44), figure(123_456), figure(0.0441)]).toEqual([
      '2.98',
      '71.4',
      '123,000',
      '0.044',
    ]);
    expect([bytes(999), bytes(30.84e12), bytes(2.7e15), bytes(999_999)]).toEqual([
      '999 B',
      '30.8 TB',
      '2.7 PB',
      '1 MB',
    ]);
    expect([duration(0.02), duration(55), duration(600), duration(8_565)]).toEqual([
      '20 ms',
      '55 s',
      '10 min',
      '2.38 h',
    ]);
    expect([memory(GIB / 2), memory(1.5 * GIB), short(12_000), short(2e6)]).toEqual([
      '512 MiB',
      '1.5 GiB',
      '12 k',
      '2 M',
    ]);
    expect([ticks(4.1, 4), ticks(90, 3)]).toEqual([
      [0, 2, 4],
      [0, 50],
    ]);
  });
});

describe('the command line of the page', () => {
  it('takes what is to differ', () => {
    expect(readArguments([])).toMatchObject({ checks: false, figures: null, seed: 1, series: null });
    expect(readArguments(['--check', '--seed', '4'])).toMatchObject({ checks: true, seed: 4 });
  });

  it.each([
    ['--seed', 'x'],
    ['--colour', 'red'],
    ['page', ''],
  ])('refuses %s %s', (...argv) => {
    expect(() => readArguments(argv)).toThrow(ArgumentsError);
  });
});

describe('docs/capacity.md', () => {
  const results = JSON.parse(readFileSync(join(DOCS, 'capacity_figures.json'), 'utf8')) as BenchResults;
  const { blocks, pictures } = generate(results);

  it('and its pictures are what `make capacity` makes of docs/capacity_figures.json', () => {
    expect(withBlocks(PAGE, blocks)).toBe(PAGE);
    const committed = readdirSync(join(DOCS, 'capacity')).sort();
    expect(committed).toEqual([...pictures.keys()].sort());
    for (const name of committed) {
      expect(readFileSync(join(DOCS, 'capacity', name), 'utf8')).toBe(pictures.get(name));
    }
  });

  it('needs its markers', () => {
    expect(() => withBlocks('# Another page', blocks)).toThrow('lacks its markers');
  });

  it('names metrics and settings that there are', () => {
    const metrics = new Set(
      [COLLECTOR, PROCESSOR, SINK].flatMap((all) => Object.values(all).map(({ name }) => name)),
    );
    const named = [...PAGE.matchAll(/\bspanmill_(?:collector|processor|sink)_\w+/g)].map(([name]) =>
      name.replace(/_(?:sum|count|bucket)$/, ''),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
    const settings = [...PAGE.matchAll(/\bSPANMILL_\w+/g)].map(([name]) => name);
    expect(settings.length).toBeGreaterThan(5);
    expect(settings.filter((name) => !(name in ALL_SETTINGS))).toEqual([]);
  });
});
