/** `/api/v1/series`, `/api/v1/heatmap` and `/api/v1/exemplars`: calls over time, their latencies, and spans behind a figure. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import * as parameter from '../declared_parameters.ts';
import { heatmapCells } from '../heatmap.ts';
import type { MetricsStore, SeriesFilter, SpanExemplar } from '../metrics_store.ts';
import { CALLEE_KINDS, KINDS, STATUSES } from '../names.ts';
import { redFields, RED_PROPERTIES, stretch, STRETCH_PROPERTIES } from '../red_answer.ts';
import { addRoute, rangeOf } from '../route.ts';
import * as shape from '../schema.ts';
import { nanoseconds } from '../trace_answer.ts';

const FILTER = {
  tenant: parameter.TENANT,
  service: parameter.optionalText('Of this service alone.'),
  operation: parameter.optionalText('Of this operation alone, as /api/v1/operations names it.'),
  kind: parameter.oneOf(
    'Spans of this kind; absent, any kind of an operation, and the Server and Consumer spans of services.',
    KINDS,
  ),
  since: parameter.since(),
  until: parameter.UNTIL,
};

const SERIES = shape.object({
  ...STRETCH_PROPERTIES,
  series: shape.array(
    shape.object({ time: shape.moment('Start of the point.'), ...RED_PROPERTIES }),
    'Every point, earliest first.',
  ),
});
export type SeriesAnswer = shape.Infer<typeof SERIES>;
const SERIES_ROUTE = {
  path: '/api/v1/series',
  summary: 'Calls, errors and durations over time, in at most 200 points.',
  parameters: FILTER,
  answer: SERIES,
};

const BUCKET = shape.object({
  fromNs: shape.number('Exclusive, unless it is 0.'),
  toNs: shape.number('Inclusive.'),
  calls: shape.number('In all points together: the histogram.'),
});
const HEATMAP = shape.object({
  ...STRETCH_PROPERTIES,
  buckets: shape.array(BUCKET, 'Rising without gaps, from the first to the last that holds a call.'),
  cells: shape.array(
    shape.object({ point: shape.integer(), bucket: shape.integer(), calls: shape.number() }),
    'Positions of point and bucket; those without calls are left out.',
  ),
});
export type HeatmapAnswer = shape.Infer<typeof HEATMAP>;
const HEATMAP_ROUTE = {
  path: '/api/v1/heatmap',
  summary: 'Latencies: how many calls took how long, when, and in all (the histogram).',
  parameters: FILTER,
  answer: HEATMAP,
};

const EXEMPLARS = shape.object({
  exemplars: shape.array(
    shape.object({
      traceId: shape.text(),
      spanId: shape.text(),
      service: shape.text(),
      operation: shape.text(),
      kind: shape.text(),
      status: shape.text(),
      durationNs: shape.nanosecondsSchema(),
    }),
    'Those that the metrics name, slowest first; then others, newest first.',
  ),
});
export type ExemplarsAnswer = shape.Infer<typeof EXEMPLARS>;
const EXEMPLARS_ROUTE = {
  path: '/api/v1/exemplars',
  summary: 'Spans to look at behind a figure: of a window, an operation, a bucket of the heatmap.',
  parameters: {
    ...FILTER,
    status: parameter.oneOf('Of this status alone.', STATUSES),
    longerThan: parameter.duration('Longer than this: fromNs of a bucket.'),
    upTo: parameter.duration('No longer than this: toNs of a bucket.'),
    limit: parameter.wholeNumber('Spans.', { min: 1, max: 100, otherwise: 10 }),
  },
  answer: EXEMPLARS,
};

export function seriesRoutes(app: FastifyInstance, store: MetricsStore, clock: Clock): void {
  addRoute(app, clock, SERIES_ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const { range: points, found } = await store.series(filterOf(asked), range, signal);
    const byPoint = new Map(found.map((red) => [red.point, red]));
    const series = Array.from({ length: points.points }, (_, point) => ({
      time: new Date((points.firstPoint + point * points.pointSeconds) * 1000).toISOString(),
      ...redFields(byPoint.get(point) ?? { calls: 0, errors: 0, durations: null }, points.pointSeconds),
    }));
    return { ...stretch(range, points), series };
  });

  addRoute(app, clock, HEATMAP_ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const { range: points, found } = await store.heatmap(filterOf(asked), range, signal);
    return { ...stretch(range, points), ...heatmapCells(found) };
  });

  addRoute(app, clock, EXEMPLARS_ROUTE, async (asked, { signal }) => {
    const filter = {
      ...filterOf(asked),
      status: asked.status ?? '',
      // The lowest bucket holds what took no time at all.
      minNs: asked.longerThan === null || asked.longerThan === 0 ? 0 : asked.longerThan + 1,
      maxNs: asked.upTo ?? Number.MAX_SAFE_INTEGER,
      limit: asked.limit,
    };
    return { exemplars: (await store.exemplars(filter, rangeOf(asked), signal)).map(exemplarItem) };
  });
}

interface Filtered {
  readonly tenant: string;
  readonly service: string | null;
  readonly operation: string | null;
  readonly kind: string | null;
}

function filterOf({ tenant, service, operation, kind }: Filtered): SeriesFilter {
  const anyKind = operation === null ? CALLEE_KINDS : [];
  return {
    tenant,
    service: service ?? '',
    operation: operation ?? '',
    kinds: kind === null ? anyKind : [kind],
  };
}

function exemplarItem(span: SpanExemplar) {
  return { ...span, durationNs: nanoseconds(span.durationNs) };
}
