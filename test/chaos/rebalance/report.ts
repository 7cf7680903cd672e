/** The drill's figures as a Markdown table, and which demands were not met. */
import { CASES, CASE_TEXTS, movedLimitMs, UNMOVED_LIMIT_MS, type Case, type Pause } from './cases.ts';
import { median, quantile, type DrillResult } from './drill.ts';

const seconds = (ms: number): string => (ms / 1_000).toFixed(2);

function spread(values: readonly number[]): string {
  if (values.length === 0) return '–';
  return [0.5, 0.99, 1].map((part) => seconds(quantile(values, part))).join(' / ');
}

const ofCase = (pauses: readonly Pause[], which: Case, moved: boolean): Pause[] =>
  pauses.filter((pause) => pause.which === which && pause.moved === moved);

export function resultTable({ pauses, usualGapsMs, ownAgainMs }: DrillResult): string {
  const rows = CASES.map((which) => {
    const moved = ofCase(pauses, which, true);
    const stayed = ofCase(pauses, which, false);
    const cells = [
      CASE_TEXTS[which],
      String(stayed.length),
      spread(stayed.map(({ ms }) => ms)),
      String(moved.length),
      spread(moved.map(({ ms }) => ms)),
      spread(moved.map(({ replayMs }) => replayMs)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| case | n | unmoved, s (p50 / p99 / max) | n | moved, s | of that claim to progress, s |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Taken off each pause: the usual gap, ${seconds(median(usualGapsMs))} s (median of the longest in quiet times; ` +
      `p99 ${seconds(quantile(usualGapsMs, 0.99))} s).`,
    `From the start of a process that follows a killed one to its first partition, s: ${spread(ownAgainMs)}.`,
  ].join('\n');
}

/** Null where nothing happened in the quiet times, as it should be; else why the figures say little. */
export function doubt({ usualGapsMs }: DrillResult): string | null {
  const usual = median(usualGapsMs);
  const worst = quantile(usualGapsMs, 0.99);
  if (worst - usual <= UNMOVED_LIMIT_MS && usual <= 2 * UNMOVED_LIMIT_MS) return null;
  return `The machine was busy: with nothing happening the longest gaps were ${seconds(usual)} s, and ${seconds(worst)} s at worst.`;
}

/** In words; empty where all demands were met. */
export function brokenDemands({ pauses }: DrillResult): string[] {
  return CASES.flatMap((which) => {
    const broken: string[] = [];
    const stayed = Math.max(0, ...ofCase(pauses, which, false).map(({ ms }) => ms));
    const moved = Math.max(0, ...ofCase(pauses, which, true).map(({ ms, replayMs }) => ms - replayMs));
    const limitMs = movedLimitMs(which);
    const name = CASE_TEXTS[which];
    if (stayed > UNMOVED_LIMIT_MS) {
      broken.push(
        `${name}: an unmoved partition paused ${seconds(stayed)} s, over ${seconds(UNMOVED_LIMIT_MS)} s`,
      );
    }
    if (moved > limitMs) {
      broken.push(
        `${name}: a moved partition paused ${seconds(moved)} s beside its replay, over ${seconds(limitMs)} s`,
      );
    }
    return broken;
  });
}
