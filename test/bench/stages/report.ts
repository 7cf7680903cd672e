/** Results as Markdown: a line a scenario, and what each process used. Pure. */
import type { BenchResults, ScenarioResult } from './result.ts';

const MIB = 1024 * 1024;

export function report({ commit, node, machine, at, results }: BenchResults): string[] {
  return [
    `Commit ${commit}, ${node}, ${machine}, ${at}.`,
    '',
    '| scenario | spans/s | B/span sent | process | CPU us/span | peak MiB | longest pause ms |',
    '|---|---:|---:|---|---:|---:|---:|',
    ...results.flatMap(processLines),
    '',
    '| scenario | answer p50 ms | p99 | failed | B/span in Kafka | B/span in ClickHouse | visible after ms p50 | p99 |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...results.map(wayLine),
  ];
}

function processLines({ name, spansPerSecond, bytesSent, processes }: ScenarioResult): string[] {
  return processes.map((one, index) =>
    row([
      ...(index === 0 ? [name, spansPerSecond.toFixed(0), bytesSent.toFixed(0)] : ['', '', '']),
      ...[one.name, one.cpuMicros.toFixed(2), (one.peakBytes / MIB).toFixed(0)],
      one.pauseMs === null ? '' : one.pauseMs.toFixed(0),
    ]),
  );
}

function wayLine(result: ScenarioResult): string {
  const optional = (value: number | null): string => (value === null ? '' : value.toFixed(1));
  return row([
    ...[result.name, result.answerP50.toFixed(1), result.answerP99.toFixed(1), String(result.failedRequests)],
    ...[result.bytesKafka, result.bytesClickHouse, result.visibleP50, result.visibleP99].map(optional),
  ]);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
