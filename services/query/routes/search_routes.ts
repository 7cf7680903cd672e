/** `/api/v1/traces`: traces that a search finds, as summaries, page by page. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import * as parameter from '../declared_parameters.ts';
import { KINDS, STATUSES } from '../names.ts';
import { textParameter } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import { addRoute, rangeOf } from '../route.ts';
import * as shape from '../schema.ts';
import type { FoundTrace, PageEnd, TraceStore } from '../store.ts';
import { nanoseconds } from '../trace_answer.ts';

const TRACE_ITEM = shape.object({
  traceId: shape.text(),
  startNs: shape.text('Nanoseconds since 1970.'),
  durationNs: shape.nanosecondsSchema(),
  root: shape.nullable(
    shape.object({ service: shape.text(), name: shape.text(), durationNs: shape.nanosecondsSchema() }),
    'Null while the root has not arrived.',
  ),
  services: shape.array(shape.text()),
  spanCount: shape.integer(),
  errorCount: shape.integer(),
});

const LIST = shape.object({
  traces: shape.array(TRACE_ITEM, 'In the order that was asked for.'),
  next: shape.nullable(shape.text(), 'For the next page: the value of after; null where there are no more.'),
});

export type TraceListAnswer = shape.Infer<typeof LIST>;
export type TraceListItem = shape.Infer<typeof TRACE_ITEM>;

/** The end of the page before, as an answer's `next` gave it. */
const AFTER: parameter.Parameter<PageEnd | null> = {
  in: 'query',
  required: false,
  description: 'The next page of the same search: what next was in the answer before.',
  schema: { type: 'string', pattern: '^\\d{1,19}-[0-9a-f]{32}$' },
  read: (values, name) => {
    const value = textParameter(values, name);
    if (value === null) return null;
    const [, key = '', traceId = ''] = /^(\d{1,19})-([0-9a-f]{32})$/.exec(value) ?? [];
    if (traceId === '' || BigInt(key) >= 2n ** 63n) {
      throw badRequest(`${name} must be what next was in the answer before`);
    }
    return { key: BigInt(key), traceId };
  },
};

const SEARCH = {
  path: '/api/v1/traces',
  summary:
    'Traces that began in a stretch of time. What is said of spans must hold of one span of the trace.',
  parameters: {
    tenant: parameter.TENANT,
    service: parameter.optionalText('Service of the span; alone, any service of the trace.'),
    operation: parameter.optionalText('Name of the span; {} stands for what differs from call to call.'),
    kind: parameter.oneOf('Kind of the span.', KINDS),
    status: parameter.oneOf('Status of the span; Error alone: traces with any error.', STATUSES),
    name: parameter.optionalText('Part of the name of the span, in any case.'),
    attribute: parameter.keyValues('Attribute of the span.'),
    resource: parameter.keyValues('Resource attribute of the span.'),
    minSpanDuration: parameter.duration('Shortest duration of the span.'),
    maxSpanDuration: parameter.duration('Longest duration of the span.'),
    minDuration: parameter.duration('Shortest duration of the trace.'),
    maxDuration: parameter.duration('Longest duration of the trace.'),
    minServices: parameter.wholeNumber('Services that take part in the trace.', {
      min: 1,
      max: 1000,
      otherwise: 1,
    }),
    order: parameter.oneOf(
      'newest (as if absent), or longest: by duration of the trace, or of the span where spans are searched.',
      ['newest', 'longest'],
    ),
    limit: parameter.wholeNumber('Traces a page.', { min: 1, max: 1000, otherwise: 20 }),
    after: AFTER,
    since: parameter.since(),
    until: parameter.UNTIL,
  },
  answer: LIST,
};

export function searchRoutes(app: FastifyInstance, store: TraceStore, clock: Clock): void {
  addRoute(app, clock, SEARCH, async (asked, { signal }) => {
    const { service, operation, kind, status, name } = asked;
    const { traces, end } = await store.find(
      {
        ...rangeOf(asked),
        tenant: asked.tenant,
        span: {
          service,
          operation,
          kind,
          status,
          name,
          minSpanNs: asked.minSpanDuration,
          maxSpanNs: asked.maxSpanDuration,
          attributes: asked.attribute,
          resourceAttributes: asked.resource,
        },
        minServices: asked.minServices,
        minNs: asked.minDuration,
        maxNs: asked.maxDuration,
        order: asked.order ?? 'newest',
        after: asked.after,
        limit: asked.limit,
      },
      signal,
    );
    return { traces: traces.map(traceItem), next: end === null ? null : `${end.key}-${end.traceId}` };
  });
}

function traceItem(trace: FoundTrace): TraceListItem {
  const { traceId, root, services } = trace;
  return {
    traceId,
    startNs: trace.startNs.toString(),
    durationNs: nanoseconds(trace.durationNs),
    root: root === null ? null : { ...root, durationNs: nanoseconds(root.durationNs) },
    services,
    spanCount: trace.spans,
    errorCount: trace.errors,
  };
}
