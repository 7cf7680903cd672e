/** What a drill measured beside the audit, as Markdown: recovery and lag of each fault, memory of each process. Pure. */
import type { FaultWindow } from './report.ts';
import type { LagSample } from './lag.ts';
import type { Peak } from './memory.ts';

export interface StepFigures {
  readonly window: FaultWindow;
  readonly samples: readonly LagSample[];
  readonly notes: readonly string[];
}

export interface LagCourse {
  readonly max: number;
  /** Records a second on the way up, and on the way down; null where it did not grow. */
  readonly grew: number | null;
  readonly drained: number | null;
}

const MEGABYTE = 1024 * 1024;

export function lagCourse(samples: readonly LagSample[], group: 'processor' | 'sink'): LagCourse {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return { max: 0, grew: null, drained: null };
  const top = samples.reduce((highest, sample) => (sample[group] > highest[group] ? sample : highest), first);
  return { max: top[group], grew: slope(first, top, group), drained: slope(last, top, group) };
}

export function lagTable(steps: readonly StepFigures[]): string {
  const rows = steps.map(({ window, samples, notes }) => {
    const processor = lagCourse(samples, 'processor');
    const sink = lagCourse(samples, 'sink');
    return [
      window.fault,
      seconds(window.healedAtMs - window.startedAtMs),
      window.recoveredAtMs === null ? 'NOT' : seconds(window.recoveredAtMs - window.healedAtMs),
      ...[processor, sink].flatMap(({ max, grew, drained }) => [String(max), rate(grew), rate(drained)]),
      notes.join('; '),
    ];
  });
  const names = ['fault', 'lasted s', 'recovered in s', 'processor lag', 'grew /s', 'drained /s'];
  return markdown([...names, 'sink lag', 'grew /s', 'drained /s', 'what was hit'], rows);
}

export function memoryTable(peaks: readonly Peak[]): string {
  const rows = peaks.map(({ process, bytes, limit }) => [
    process,
    String(Math.round(bytes / MEGABYTE)),
    String(Math.round(limit / MEGABYTE)),
    bytes > limit ? 'OVER' : 'within',
  ]);
  return markdown(['process', 'peak MB', 'limit MB', ''], rows);
}

function slope(from: LagSample, top: LagSample, group: 'processor' | 'sink'): number | null {
  const elapsedMs = Math.abs(top.atMs - from.atMs);
  return elapsedMs === 0 ? null : ((top[group] - from[group]) * 1000) / elapsedMs;
}

function markdown(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = names.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(names), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function rate(perSecond: number | null): string {
  return perSecond === null ? '-' : String(Math.round(perSecond));
}
