/** `/api/v1/traces`: one trace by its id, and the newest ones. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import {
  integerParameter,
  onlyParameters,
  tenantParameter,
  textParameter,
  timeRangeParameters,
  traceIdParameter,
  type QueryString,
} from '../parameters.ts';
import { notFound } from '../problem.ts';
import type { FoundTrace, Store } from '../store.ts';
import { nanoseconds, traceAnswer, type Nanoseconds, type TraceAnswer } from '../trace_answer.ts';

export interface TraceListAnswer {
  /** Newest first. */
  readonly traces: readonly TraceListItem[];
}

export interface TraceListItem {
  readonly traceId: string;
  /** Nanoseconds since 1970. */
  readonly startNs: string;
  readonly durationNs: Nanoseconds;
  readonly root: { readonly service: string; readonly name: string } | null;
  readonly services: readonly string[];
  readonly spanCount: number;
  readonly errorCount: number;
}

export function traceRoutes(app: FastifyInstance, store: Store, clock: Clock): void {
  app.get<{ Params: { id: string }; Querystring: QueryString }>(
    '/api/v1/traces/:id',
    async (request): Promise<TraceAnswer> => {
      onlyParameters(request.query, ['tenant']);
      const traceId = traceIdParameter(request.params.id);
      const trace = await store.trace(tenantParameter(request.query), traceId, request.signal);
      if (trace === null) throw notFound(unknownTrace(traceId));
      return traceAnswer(trace.traceId, trace.spans, trace.summary, trace.truncated);
    },
  );

  app.get<{ Querystring: QueryString }>('/api/v1/traces', async (request): Promise<TraceListAnswer> => {
    const { query, signal } = request;
    onlyParameters(query, ['tenant', 'service', 'minServices', 'limit', 'since', 'until']);
    const search = {
      tenant: tenantParameter(query),
      service: textParameter(query, 'service'),
      minServices: integerParameter(query, 'minServices', { min: 1, max: 1000, otherwise: 1 }),
      limit: integerParameter(query, 'limit', { min: 1, max: 1000, otherwise: 20 }),
      ...timeRangeParameters(query, clock.now()),
    };
    const found = await store.newestTraces(search, signal);
    return { traces: found.map(listItem) };
  });
}

function unknownTrace(traceId: string): string {
  return (
    `no trace ${traceId} is stored. A trace comes about ten seconds after its last span; ` +
    'older ones may have expired, and the id must be complete'
  );
}

function listItem(trace: FoundTrace): TraceListItem {
  const { traceId, root, services } = trace;
  return {
    traceId,
    startNs: trace.startNs.toString(),
    durationNs: nanoseconds(trace.durationNs),
    root,
    services,
    spanCount: trace.spans,
    errorCount: trace.errors,
  };
}
