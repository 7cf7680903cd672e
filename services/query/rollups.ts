/**
 * Which rollup answers for a stretch of time: fine enough to say something, kept long enough to reach back, and few points.
 *
 * A window counts whole: since goes back to the beginning of its window, so that no figure is of half a window.
 */
import type { TimeRange } from './store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Retention {
  readonly tenSecondDays: number;
  readonly minuteDays: number;
}

export interface RollupStep {
  readonly suffix: '' | '_1m' | '_1h';
  readonly stepSeconds: number;
}

/** A stretch of a rollup, cut into points of equal length. */
export interface RollupRange extends RollupStep {
  /** Unix seconds of the first window, inclusive. */
  readonly since: number;
  /** Unix seconds of the first point: at `since` or before it. */
  readonly firstPoint: number;
  /** Exclusive. */
  readonly until: number;
  /** Whole multiple of the rollup's step. */
  readonly pointSeconds: number;
  readonly points: number;
}

const TEN_SECONDS: RollupStep = { suffix: '', stepSeconds: 10 };
const MINUTE: RollupStep = { suffix: '_1m', stepSeconds: 60 };
const HOUR: RollupStep = { suffix: '_1h', stepSeconds: 3600 };

/** The coarsest step that still says something of the range, unless its rows have expired. */
export function rollupStep({ sinceMs, untilMs }: TimeRange, nowMs: number, retention: Retention): RollupStep {
  const length = untilMs - sinceMs;
  const age = nowMs - sinceMs;
  if (length <= HOUR_MS && age <= retention.tenSecondDays * DAY_MS) return TEN_SECONDS;
  if (length <= 48 * HOUR_MS && age <= retention.minuteDays * DAY_MS) return MINUTE;
  return HOUR;
}

/** Lengths of points that people read easily; longer ones are whole days. */
const POINT_SECONDS = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
const DAY_SECONDS = 86_400;

/** At most `maxPoints` points. Edges have no hourly rollup: `coarsest` says where to stop. */
export function rollupRange(
  range: TimeRange,
  nowMs: number,
  retention: Retention,
  maxPoints: number,
  coarsest: RollupStep['suffix'] = '_1h',
): RollupRange {
  const found = rollupStep(range, nowMs, retention);
  const step = coarsest === '_1m' && found === HOUR ? MINUTE : found;
  const seconds = (range.untilMs - range.sinceMs) / 1000;
  const least = Math.max(step.stepSeconds, seconds / maxPoints);
  // The ends are widened to whole points, which may cost one more.
  const fits = (length: number): boolean =>
    length >= least && length % step.stepSeconds === 0 && pointsOf(range, length) <= maxPoints;
  let pointSeconds = POINT_SECONDS.find(fits) ?? Math.ceil(least / DAY_SECONDS) * DAY_SECONDS;
  while (pointsOf(range, pointSeconds) > maxPoints) pointSeconds += DAY_SECONDS;
  const start = (length: number): number => Math.floor(range.sinceMs / 1000 / length) * length;
  return {
    ...step,
    since: start(step.stepSeconds),
    firstPoint: start(pointSeconds),
    until: Math.ceil(range.untilMs / 1000),
    pointSeconds,
    points: pointsOf(range, pointSeconds),
  };
}

function pointsOf({ sinceMs, untilMs }: TimeRange, pointSeconds: number): number {
  const first = Math.floor(sinceMs / 1000 / pointSeconds);
  return Math.max(1, Math.ceil(untilMs / 1000 / pointSeconds) - first);
}
