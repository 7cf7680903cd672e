/** `/api/v1/services` and `/api/v1/operations`: what each did in a stretch of time. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import * as parameter from '../declared_parameters.ts';
import type { MetricsStore, OperationFigures, ServiceFigures } from '../metrics_store.ts';
import {
  redFields,
  RED_PROPERTIES,
  SPARKLINE_PROPERTIES,
  stretch,
  STRETCH_PROPERTIES,
} from '../red_answer.ts';
import { addRoute, rangeOf } from '../route.ts';
import * as shape from '../schema.ts';

const SERVICE = shape.object({
  service: shape.text(),
  spans: shape.number('Spans of any kind.'),
  ...RED_PROPERTIES,
  ...SPARKLINE_PROPERTIES,
});
const SERVICES = shape.object({
  ...STRETCH_PROPERTIES,
  services: shape.array(SERVICE, 'Most calls first. Calls are its Server and Consumer spans.'),
});

const OPERATION = shape.object({
  operation: shape.text('{} stands for what differs from call to call.'),
  kind: shape.text(),
  spans: shape.number(),
  ...RED_PROPERTIES,
  criticalPathNs: shape.number('Time that traces waited for its spans alone.'),
  slowestTraceId: shape.nullable(shape.text()),
  newestErrorTraceId: shape.nullable(shape.text()),
  ...SPARKLINE_PROPERTIES,
});
const OPERATIONS = shape.object({
  ...STRETCH_PROPERTIES,
  operations: shape.array(OPERATION, 'Most calls first. Spans of any kind are calls of their operation.'),
});
export type OperationsAnswer = shape.Infer<typeof OPERATIONS>;

export type ServicesAnswer = shape.Infer<typeof SERVICES>;
export type ServiceItem = shape.Infer<typeof SERVICE>;

const RANGE = { since: parameter.since(), until: parameter.UNTIL };

const SERVICES_ROUTE = {
  path: '/api/v1/services',
  summary: 'Calls, errors and durations of every service, with points for a sparkline.',
  parameters: { tenant: parameter.TENANT, ...RANGE },
  answer: SERVICES,
};
const OPERATIONS_ROUTE = {
  path: '/api/v1/operations',
  summary: 'Calls, errors and durations of the operations of a service.',
  parameters: {
    tenant: parameter.TENANT,
    service: parameter.requiredText('Service whose operations are wanted.'),
    limit: parameter.wholeNumber('Operations, most calls first.', { min: 1, max: 10_000, otherwise: 1000 }),
    ...RANGE,
  },
  answer: OPERATIONS,
};

export function serviceRoutes(app: FastifyInstance, store: MetricsStore, clock: Clock): void {
  addRoute(app, clock, SERVICES_ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const { range: points, found } = await store.services(asked.tenant, range, signal);
    return {
      ...stretch(range, points),
      services: found.map((figures) => serviceItem(figures, secondsOf(range))),
    };
  });

  addRoute(app, clock, OPERATIONS_ROUTE, async (asked, { signal }) => {
    const range = rangeOf(asked);
    const { tenant, service, limit } = asked;
    const { range: points, found } = await store.operations(tenant, service, range, limit, signal);
    return {
      ...stretch(range, points),
      operations: found.map((figures) => operationItem(figures, secondsOf(range))),
    };
  });
}

const secondsOf = ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }): number =>
  (untilMs - sinceMs) / 1000;

function serviceItem(figures: ServiceFigures, seconds: number): ServiceItem {
  const { service, spans, sparkline } = figures;
  return { service, spans, ...redFields(figures, seconds), sparkline };
}

function operationItem(figures: OperationFigures, seconds: number): shape.Infer<typeof OPERATION> {
  const { operation, kind, spans, criticalPathNs, slowestTraceId, newestErrorTraceId, sparkline } = figures;
  return {
    operation,
    kind,
    spans,
    ...redFields(figures, seconds),
    criticalPathNs,
    slowestTraceId,
    newestErrorTraceId,
    sparkline,
  };
}
