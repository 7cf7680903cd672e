import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS as COLLECTOR } from '../../../services/collector/metrics.ts';
import { METRICS as PROCESSOR } from '../../../services/processor/metrics.ts';
import { METRICS as SINK } from '../../../services/sink/metrics.ts';
import { ALL_SETTINGS } from '../../../services/local/tables.ts';
import { readArguments } from '../../bench/capacity/arguments.ts';
import { DEFAULT_ASSUMPTIONS } from '../../bench/capacity/assumptions.ts';
import { ticks } from '../../bench/capacity/chart.ts';
import { onlyTheWholeWay, readFigures, type Figures } from '../../bench/capacity/figures.ts';
import { generate, withBlocks } from '../../bench/capacity/page.ts';
import { decidedBy, plan } from '../../bench/capacity/plan.ts';
import { bytes, duration, figure, memory, short } from '../../bench/capacity/units.ts';
import { OTELCOL, SPANMILL, type BenchResults, type ScenarioResult } from '../../bench/stages/result.ts';
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
    ...{ residentBytes: { first: GIB / 5, last: GIB / 5, most: GIB / 5 }, behindSpans: null },
  });
  return {
    ...{ stage: 'whole', name, system: SPANMILL, spansPerSecond: 12_000, failedRequests: 0 },
    ...{ answerP50: 1, answerP99: 2 },
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
    const other = resultOf('the whole way', { system: OTELCOL, spansPerSecond: 1 });
    const ours = resultOf('the whole way');
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
    // Of the traces, which can be made more: 6 cores x 2 = 12, as many as sinks.
    expect([made.kafka.tracesPartitions, made.kafka.metricsPartitions]).toEqual([12, 6]);
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
    expect(kafka.replicasPerBroker).toBe(((2 * 84 + 12 + 6) * 3) / 6);
  });

  it('has records and batches as large as they should be', () => {
    const { kafka, clickhouse } = made;
    expect(kafka.spansPerRecord).toBeCloseTo((2_000_000 / 9 / 84) * 0.05);
    expect(kafka.lingerSeconds).toBe(0.05);
    // 12 partitions make 6.67 parts a second; 1 M x 50 B x 2 x 30 x 86,400 s = 259.2 TB / 11.2 TB = 23.1 nodes.
    expect(clickhouse.batchSeconds).toBeCloseTo(1.8);
    expect(clickhouse.nodes).toBe(24);
    expect(clickhouse.rowsPerPart).toBeCloseTo(((2_000_000 / 12) * 1.8) / 12);
    expect(clickhouse.rememberedSeconds).toBeCloseTo(3_000);
    // 0.25 GiB + 1 partition of a sink x 300,000 rows x 400 B = 0.36 GiB.
    expect(made.sink.memoryBytes).toBe(GIB / 2);
    const large = plan(FIGURES, DEFAULT_ASSUMPTIONS, 10_000_000);
    const kept =
      (large.peakRate / large.collector.processes / large.kafka.partitions) * large.kafka.lingerSeconds;
    expect(kept).toBeCloseTo(50);
  });

  it('of little load is one of each in every zone', () => {
    const small = plan(FIGURES, DEFAULT_ASSUMPTIONS, 1_000);
    expect([small.collector, small.processor, small.sink].map(({ processes }) => processes)).toEqual([
      3, 3, 3,
    ]);
    expect([small.kafka.partitions, small.kafka.brokers, small.clickhouse.nodes]).toEqual([12, 3, 2]);
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
