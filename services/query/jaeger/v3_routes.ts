/** Jaeger's api_v3 over HTTP: OTLP JSON, spans as they are stored. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ForeignStore, ForeignTrace } from '../foreign/foreign_store.ts';
import { parseGoDuration } from '../foreign/go_duration.ts';
import { OTLP_JSON, resourceSpans } from '../foreign/otlp_trace.ts';
import { firstOf } from '../foreign/query_values.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest, notFound, type Problem } from '../problem.ts';
import { jaegerTraceIdParameter, tagMap } from './jaeger_parameters.ts';
import { operationsOfKind } from './jaeger_routes.ts';
import { v3Search, type V3Query } from './v3_query.ts';

interface Request {
  Querystring: QueryString;
}

const problemFormat = (reply: FastifyReply, { status, message }: Problem): void => {
  void reply
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: { httpCode: status, message } }));
};
const ROUTE = { config: { problemFormat } };

export function v3Routes(app: FastifyInstance, store: ForeignStore): void {
  app.get<Request & { Params: { id: string } }>(
    '/api/v3/traces/:id',
    ROUTE,
    async ({ params, tenant, signal }) => {
      const traces = await store.traces(tenant, [jaegerTraceIdParameter(params.id)], signal);
      if (traces.length === 0) throw notFound('trace not found');
      return result(traces);
    },
  );

  app.get<Request>('/api/v3/traces', ROUTE, async ({ query, tenant, signal }) => {
    const search = v3Search(v3Query(query), tenant);
    const traces = await store.traces(search.tenant, await store.find(search, signal), signal);
    if (traces.length === 0) throw notFound('No traces found');
    return result(traces);
  });

  app.get('/api/v3/services', ROUTE, async ({ tenant, signal }) => ({
    services: await store.services(tenant, signal),
  }));

  app.get<Request>('/api/v3/operations', ROUTE, async ({ query, tenant, signal }) => {
    const service = valueOf(query, 'service') ?? '';
    const spanKind = valueOf(query, 'span_kind');
    return { operations: await operationsOfKind(store, tenant, service, spanKind, signal) };
  });
}

function result(traces: readonly ForeignTrace[]) {
  return { result: { resourceSpans: traces.flatMap(({ spans }) => resourceSpans(spans, OTLP_JSON)) } };
}

function v3Query(query: QueryString): V3Query {
  const attributes = valueOf(query, 'query.attributes');
  const depth = valueOf(query, 'query.search_depth') ?? valueOf(query, 'query.num_traces') ?? '0';
  if (!/^\d{1,9}$/.test(depth)) throw malformed('query.search_depth');
  return {
    serviceName: valueOf(query, 'query.service_name') ?? '',
    operationName: valueOf(query, 'query.operation_name') ?? '',
    attributes: attributes === null ? [] : tagMap(attributes, 'query.attributes'),
    startMinNs: moment(query, 'query.start_time_min'),
    startMaxNs: moment(query, 'query.start_time_max'),
    durationMinNs: duration(query, 'query.duration_min'),
    durationMaxNs: duration(query, 'query.duration_max'),
    searchDepth: Number(depth),
  };
}

/** By its name in the .proto file, or in camel case, as JSON has it. */
function valueOf(query: QueryString, name: string): string | null {
  return (
    firstOf(query, name) ??
    firstOf(
      query,
      name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    )
  );
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

function moment(query: QueryString, name: string): bigint | null {
  const text = valueOf(query, name);
  if (text === null) return null;
  const [, seconds = '', fraction = '', zone = ''] = RFC_3339.exec(text) ?? [];
  const ms = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(ms)) throw malformed(name);
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function duration(query: QueryString, name: string): bigint | null {
  const text = valueOf(query, name);
  if (text === null) return null;
  const ns = parseGoDuration(text);
  if (ns === null) throw malformed(name);
  return ns;
}

function malformed(name: string): Problem {
  return badRequest(`malformed parameter ${name}`);
}
