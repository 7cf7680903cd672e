/** Rate, errors and durations as every answer of the API says them. */
import type { Red } from './metrics_store.ts';
import type { RollupRange } from './rollups.ts';
import * as shape from './schema.ts';
import type { TimeRange } from './store.ts';

const QUANTILE = shape.nullable(shape.number());

export const RED_PROPERTIES = {
  calls: shape.number('Each span counts as often as its sampling says.'),
  errors: shape.number(),
  errorRate: shape.nullable(shape.number(), 'Errors in calls, from 0 to 1; null without calls.'),
  callsPerSecond: shape.number(),
  meanNs: QUANTILE,
  p50Ns: QUANTILE,
  p90Ns: QUANTILE,
  p95Ns: QUANTILE,
  p99Ns: QUANTILE,
};

export const SPARKLINE_PROPERTIES = {
  sparkline: shape.object(
    { calls: shape.array(shape.number()), errors: shape.array(shape.number()) },
    'One value a point; the first and the last point may be cut.',
  ),
};

export const STRETCH_PROPERTIES = {
  since: shape.moment(),
  until: shape.moment(),
  firstPoint: shape.moment('Start of the first point in time.'),
  pointSeconds: shape.integer('Length of each point.'),
  points: shape.integer(),
};

type Stretch = {
  readonly [K in keyof typeof STRETCH_PROPERTIES]: shape.Infer<(typeof STRETCH_PROPERTIES)[K]>;
};

export function stretch({ sinceMs, untilMs }: TimeRange, points: RollupRange): Stretch {
  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    firstPoint: new Date(points.firstPoint * 1000).toISOString(),
    pointSeconds: points.pointSeconds,
    points: points.points,
  };
}

type RedFields = { readonly [K in keyof typeof RED_PROPERTIES]: shape.Infer<(typeof RED_PROPERTIES)[K]> };

export function redFields({ calls, errors, durations }: Red, seconds: number): RedFields {
  return {
    calls,
    errors,
    errorRate: calls > 0 ? errors / calls : null,
    callsPerSecond: calls / seconds,
    meanNs: durations?.mean ?? null,
    p50Ns: durations?.p50 ?? null,
    p90Ns: durations?.p90 ?? null,
    p95Ns: durations?.p95 ?? null,
    p99Ns: durations?.p99 ?? null,
  };
}
