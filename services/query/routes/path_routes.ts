/** `/api/v1/critical-path`: where the time of many traces went. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import * as parameter from '../declared_parameters.ts';
import { badRequest } from '../problem.ts';
import { textParameter } from '../parameters.ts';
import type { PathStep, PathStore, PathSums } from '../path_store.ts';
import { addRoute, rangeOf } from '../route.ts';
import * as shape from '../schema.ts';

const SHARE = {
  traces: shape.number('Traces on whose critical path it is.'),
  timeNs: shape.number('Time on critical paths, summed.'),
  share: shape.nullable(shape.number(), 'Of the whole time, from 0 to 1.'),
};
const STEP = shape.object({
  service: shape.text(),
  operation: shape.text(),
  all: shape.object(SHARE, 'Of all traces.'),
  slowest: shape.object(SHARE, 'Of the slowest traces alone.'),
});
const WHOLE = shape.object({
  traces: shape.number(),
  timeNs: shape.number('Durations of their roots, summed.'),
});
const ANSWER = shape.object({
  since: shape.moment(),
  until: shape.moment(),
  all: WHOLE,
  slowest: WHOLE,
  steps: shape.array(STEP, 'Longest in all first.'),
});
export type CriticalPathAnswer = shape.Infer<typeof ANSWER>;

/** From 0.5 to 0.999: the share of traces that are not the slowest. */
const SLOWEST: parameter.Parameter<number> = {
  in: 'query',
  required: false,
  description: 'Quantile of durations from which a trace is one of the slowest, from 0.5 to 0.999.',
  schema: { type: 'number', minimum: 0.5, maximum: 0.999, default: 0.95 },
  read: (values, name) => {
    const value = textParameter(values, name) ?? '0.95';
    const share = Number(value);
    if (!/^0?\.\d{1,6}$/.test(value) || share < 0.5 || share > 0.999) {
      throw badRequest(`${name} must be a number from 0.5 to 0.999`);
    }
    return share;
  },
};

const ROUTE = {
  path: '/api/v1/critical-path',
  summary: 'Where the time of traces that begin with an operation went, in all of them and in the slowest.',
  parameters: {
    tenant: parameter.TENANT,
    service: parameter.requiredText('Service of the root.'),
    operation: parameter.optionalText('Operation of the root; {} stands for what differs from call to call.'),
    slowest: SLOWEST,
    since: parameter.since(),
    until: parameter.UNTIL,
  },
  answer: ANSWER,
};

export function pathRoutes(app: FastifyInstance, store: PathStore, clock: Clock): void {
  addRoute(app, clock, ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const { tenant, service, operation, slowest } = asked;
    const { whole, steps } = await store.criticalPaths(
      { tenant, service, operation: operation ?? '', slowest, ...range },
      signal,
    );
    return {
      since: new Date(range.sinceMs).toISOString(),
      until: new Date(range.untilMs).toISOString(),
      all: { traces: whole.traces, timeNs: whole.timeNs },
      slowest: { traces: whole.slowestTraces, timeNs: whole.slowestTimeNs },
      steps: steps.map((step) => stepItem(step, whole)),
    };
  });
}

function stepItem(step: PathStep, whole: PathSums): shape.Infer<typeof STEP> {
  return {
    service: step.service,
    operation: step.operation,
    all: { traces: step.traces, timeNs: step.timeNs, share: shareOf(step.timeNs, whole.timeNs) },
    slowest: {
      traces: step.slowestTraces,
      timeNs: step.slowestTimeNs,
      share: shareOf(step.slowestTimeNs, whole.slowestTimeNs),
    },
  };
}

const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
