/** Two results side by side: what both measured, and by how much it changed. Pure. */
import { titleOf, type BenchResults, type ScenarioResult } from './result.ts';

export function compare(before: BenchResults, after: BenchResults): string[] {
  const pairs = after.results.flatMap((b) => {
    const a = before.results.find(
      ({ stage, name, system }) => stage === b.stage && name === b.name && system === b.system,
    );
    return a === undefined ? [] : [{ a, b }];
  });
  const lines = pairs.flatMap(({ a, b }) => comparedLines(a, b));
  if (lines.length === 0) return ['the two have no scenario in common'];
  return [
    `${before.commit} (${before.machine}, ${before.at}) against ${after.commit} (${after.machine}, ${after.at}).`,
    '',
    '| scenario | figure | before | after | ratio |',
    '|---|---|---:|---:|---:|',
    ...lines,
  ];
}

function comparedLines(a: ScenarioResult, b: ScenarioResult): string[] {
  const figures: [string, number | null | undefined, number | null][] = [
    ['spans/s', a.spansPerSecond, b.spansPerSecond],
    ...b.processes.flatMap((process): [string, number | undefined, number][] => {
      const other = a.processes.find(({ name }) => name === process.name);
      return [
        [`${process.name}, CPU us/span`, other?.cpuMicros, process.cpuMicros],
        [`${process.name}, peak MiB`, mib(other?.peakBytes), mib(process.peakBytes) ?? NaN],
      ];
    }),
    ['answer p99 ms', a.answerP99, b.answerP99],
    ['B/span in Kafka', a.bytesKafka, b.bytesKafka],
    ['B/span in ClickHouse', a.bytesClickHouse, b.bytesClickHouse],
    ['visible after ms, p50', a.visibleP50, b.visibleP50],
    ['visible after ms, p99', a.visibleP99, b.visibleP99],
  ];
  return figures.flatMap(([figure, before, after]) =>
    before === null || before === undefined || after === null
      ? []
      : [
          `| ${titleOf(b)} | ${figure} | ${before.toFixed(2)} | ${after.toFixed(2)} | ${(after / before).toFixed(2)} |`,
        ],
  );
}

const mib = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : bytes / 1024 / 1024;
