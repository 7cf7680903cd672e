/** Results as Markdown: a line a scenario, and what each process used. Pure. */
import { SPANMILL, titleOf, type BenchResults, type ScenarioResult } from './result.ts';

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
    ...courseTable(results.filter(({ stage }) => stage === 'sustained')),
    ...peerTable(results),
  ];
}

/** Where a load is held for long: whether anything grew. */
function courseTable(results: readonly ScenarioResult[]): string[] {
  if (results.length === 0) return [];
  const mib = (bytes: number): string => (bytes / MIB).toFixed(0);
  return [
    '',
    '| scenario | process | memory, MiB: first minute | last minute | most | spans behind: first minute | last minute | most |',
    '|---|---|---:|---:|---:|---:|---:|---:|',
    ...results.flatMap((result) =>
      result.processes.map(({ name, residentBytes, behindSpans }) =>
        row([
          ...[titleOf(result), name],
          ...[residentBytes.first, residentBytes.last, residentBytes.most].map(mib),
          ...[behindSpans?.first, behindSpans?.last, behindSpans?.most].map((spans) =>
            spans === undefined ? '' : String(spans),
          ),
        ]),
      ),
    ),
  ];
}

/** Where the same was asked of another system too: both, and how many times the other costs. */
function peerTable(results: readonly ScenarioResult[]): string[] {
  const lines = results.flatMap((other) => {
    if (other.system === SPANMILL) return [];
    const own = results.find(
      ({ stage, name, system }) => stage === other.stage && name === other.name && system === SPANMILL,
    );
    return (own?.processes ?? []).flatMap((process) => {
      const peer = other.processes.find(({ name }) => name === process.name);
      if (peer === undefined) return [];
      return row([
        ...[other.name, process.name, process.cpuMicros.toFixed(2), peer.cpuMicros.toFixed(2)],
        (peer.cpuMicros / process.cpuMicros).toFixed(2),
        ...[process, peer].map(({ peakBytes }) => (peakBytes / MIB).toFixed(0)),
      ]);
    });
  });
  if (lines.length === 0) return [];
  return [
    '',
    '| scenario | process | Spanmill, CPU us/span | OpenTelemetry Collector | ratio | Spanmill, peak MiB | OpenTelemetry Collector |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...lines,
  ];
}

function processLines(result: ScenarioResult): string[] {
  const { spansPerSecond, bytesSent, processes } = result;
  return processes.map((one, index) =>
    row([
      ...(index === 0 ? [titleOf(result), spansPerSecond.toFixed(0), bytesSent.toFixed(0)] : ['', '', '']),
      ...[one.name, one.cpuMicros.toFixed(2), (one.peakBytes / MIB).toFixed(0)],
      one.pauseMs === null ? '' : one.pauseMs.toFixed(0),
    ]),
  );
}

function wayLine(result: ScenarioResult): string {
  const optional = (value: number | null): string => (value === null ? '' : value.toFixed(1));
  return row([
    ...[
      titleOf(result),
      result.answerP50.toFixed(1),
      result.answerP99.toFixed(1),
      String(result.failedRequests),
    ],
    ...[result.bytesKafka, result.bytesClickHouse, result.visibleP50, result.visibleP99].map(optional),
  ]);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
