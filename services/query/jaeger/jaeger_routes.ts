/** Jaeger's HTTP API for traces, names and dependencies, as its UI and Grafana's data source ask it. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { ForeignStore } from '../foreign/foreign_store.ts';
import { firstOf, LAST_MS, wholeNumber } from '../foreign/query_values.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest, notFound } from '../problem.ts';
import type { TimeRange } from '../store.ts';
import { jaegerAnswer, jaegerProblem } from './jaeger_answer.ts';
import { jaegerTraceIdParameter, traceQuery, type TraceQuery } from './jaeger_parameters.ts';
import { KIND_TAGS } from './jaeger_tags.ts';
import { jaegerTrace, jaegerTraceId } from './jaeger_trace.ts';

export interface JaegerOptions {
  readonly store: ForeignStore;
  readonly clock: Clock;
  readonly maxClockShiftNs: bigint;
}

interface Request {
  Querystring: QueryString;
}

const ROUTE = { config: { problemFormat: jaegerProblem } };

export function jaegerRoutes(app: FastifyInstance, options: JaegerOptions): void {
  traceRoutes(app, options);
  nameRoutes(app, options);
  app.get<Request>('/api/dependencies', ROUTE, async ({ query, tenant, signal }) => {
    const range = dependencyRange(query, options.clock.now());
    const edges = await options.store.edges(tenant, range, signal);
    const service = firstOf(query, 'service');
    const asked = edges.filter(
      ({ client, server }) => service === null || client === service || server === service,
    );
    return jaegerAnswer(
      asked.map(({ client, server, calls }) => ({
        parent: client,
        child: server,
        callCount: Math.round(calls),
      })),
    );
  });
}

function traceRoutes(app: FastifyInstance, { store, clock, maxClockShiftNs }: JaegerOptions): void {
  app.get<Request & { Params: { id: string } }>('/api/traces/:id', ROUTE, async (request) => {
    const traceId = jaegerTraceIdParameter(request.params.id);
    const [trace] = await store.traces(request.tenant, [traceId], request.signal);
    if (trace === undefined) throw notFound('trace not found');
    const raw = isTrue(firstOf(request.query, 'raw'));
    return jaegerAnswer([jaegerTrace(trace, { raw, maxClockShiftNs })]);
  });

  app.get<Request>('/api/traces', ROUTE, async ({ query, tenant, signal }) => {
    const search = traceQuery(query, tenant, clock.now());
    const traces = await askedTraces(store, search, signal);
    const raw = isTrue(firstOf(query, 'raw'));
    const found = new Set(traces.map(({ facts }) => facts.traceId));
    const missing = search.traceIds.filter((id) => !found.has(id));
    return jaegerAnswer(
      traces.map((trace) => jaegerTrace(trace, { raw, maxClockShiftNs })),
      0,
      missing.map((id) => ({ msg: 'trace not found', traceID: jaegerTraceId(id) })),
    );
  });
}

async function askedTraces(store: ForeignStore, search: TraceQuery, signal: AbortSignal) {
  const ids = search.traceIds.length > 0 ? search.traceIds : await store.find(search, signal);
  return store.traces(search.tenant, ids, signal);
}

function nameRoutes(app: FastifyInstance, { store }: JaegerOptions): void {
  app.get<Request>('/api/services', ROUTE, async ({ tenant, signal }) => {
    const services = await store.services(tenant, signal);
    return jaegerAnswer(services, services.length);
  });

  app.get<Request & { Params: { service: string } }>(
    '/api/services/:service/operations',
    ROUTE,
    async ({ params, tenant, signal }) => {
      const operations = await store.operations(tenant, params.service, signal);
      const names = [...new Set(operations.map(({ name }) => name))];
      return jaegerAnswer(names, names.length);
    },
  );

  app.get<Request>('/api/operations', ROUTE, async ({ query, tenant, signal }) => {
    const service = firstOf(query, 'service');
    if (service === null) throw badRequest("parameter 'service' is required");
    const operations = await operationsOfKind(store, tenant, service, firstOf(query, 'spanKind'), signal);
    return jaegerAnswer(operations, operations.length);
  });
}

export interface JaegerOperation {
  readonly name: string;
  readonly spanKind: string;
}

/** Of every kind where none is named. */
export async function operationsOfKind(
  store: ForeignStore,
  tenant: string,
  service: string,
  spanKind: string | null,
  signal: AbortSignal,
): Promise<JaegerOperation[]> {
  const operations = await store.operations(tenant, service, signal);
  return operations
    .map(({ name, kind }) => ({ name, spanKind: KIND_TAGS.get(kind) ?? '' }))
    .filter((operation) => spanKind === null || operation.spanKind === spanKind.toLowerCase());
}

const DAY_MS = 86_400_000n;

/** `endTs` and `lookback` in milliseconds; a day up to now without them. */
export function dependencyRange(query: QueryString, nowMs: number): TimeRange {
  const most = { min: 0n, max: LAST_MS };
  const untilMs = wholeNumber(query, 'endTs', { ...most, otherwise: BigInt(Math.round(nowMs)) });
  const lookbackMs = wholeNumber(query, 'lookback', { ...most, otherwise: DAY_MS });
  return { sinceMs: Number(untilMs > lookbackMs ? untilMs - lookbackMs : 0n), untilMs: Number(untilMs) };
}

function isTrue(text: string | null): boolean {
  return text !== null && /^(?:1|t|true)$/i.test(text);
}
