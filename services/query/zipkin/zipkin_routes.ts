/** Zipkin's v2 API, as its UI and Grafana's data source ask it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { ForeignStore } from '../foreign/foreign_store.ts';
import { firstOf } from '../foreign/query_values.ts';
import type { TagStore } from '../foreign/tag_store.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest, notFound, type Problem } from '../problem.ts';
import { mergeSpans } from './merge.ts';
import { zipkinRange, zipkinSearch, zipkinTraceIdParameter } from './zipkin_parameters.ts';
import { zipkinSpan, type ZipkinSpan } from './zipkin_span.ts';

export interface ZipkinOptions {
  readonly store: ForeignStore;
  readonly tags: TagStore;
  readonly clock: Clock;
  /** Tags whose values the UI offers. */
  readonly autocompleteKeys: readonly string[];
}

interface Request {
  Querystring: QueryString;
}

/** Zipkin's errors are a line of text. */
const problemFormat = (reply: FastifyReply, { message }: Problem): void => {
  void reply.type('text/plain; charset=utf-8').send(message);
};
const ROUTE = { config: { problemFormat } };
const MOST_IDS = 1000;

export function zipkinRoutes(app: FastifyInstance, options: ZipkinOptions): void {
  traceRoutes(app, options);
  nameRoutes(app, options);
  autocompleteRoutes(app, options);
  app.get<Request>('/api/v2/dependencies', ROUTE, async ({ query, tenant, signal }) => {
    if (firstOf(query, 'endTs') === null) throw badRequest('endTs is missing');
    const edges = await options.store.edges(tenant, zipkinRange(query, options.clock.now()), signal);
    return edges.map(({ client, server, calls, errors }) => ({
      ...{ parent: client, child: server, callCount: Math.round(calls) },
      ...(errors >= 0.5 && { errorCount: Math.round(errors) }),
    }));
  });
}

function traceRoutes(app: FastifyInstance, { store, clock }: ZipkinOptions): void {
  const traces = async (
    tenant: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<ZipkinSpan[][]> =>
    (await store.traces(tenant, ids, signal)).map(({ spans }) => mergeSpans(spans.map(zipkinSpan)));

  app.get<Request & { Params: { id: string } }>(
    '/api/v2/trace/:id',
    ROUTE,
    async ({ params, tenant, signal }) => {
      const traceId = zipkinTraceIdParameter(params.id);
      const [spans] = await traces(tenant, [traceId], signal);
      if (spans === undefined) throw notFound(`${params.id} not found`);
      return spans;
    },
  );

  app.get<Request>('/api/v2/traceMany', ROUTE, async ({ query, tenant, signal }) => {
    const ids = (firstOf(query, 'traceIds') ?? '')
      .split(',')
      .filter((id) => id !== '')
      .map(zipkinTraceIdParameter);
    if (ids.length < 2)
      throw badRequest('traceIds needs at least two ids: /api/v2/trace/{traceId} gives a single trace');
    if (new Set(ids).size < ids.length) throw badRequest('traceIds names a trace more than once');
    if (ids.length > MOST_IDS) throw badRequest(`traceIds has more than ${MOST_IDS} ids`);
    return traces(tenant, ids, signal);
  });

  app.get<Request>('/api/v2/traces', ROUTE, async ({ query, tenant, signal }) => {
    const search = zipkinSearch(query, tenant, clock.now());
    return traces(search.tenant, await store.find(search, signal), signal);
  });
}

const REMOTE_FOR_MS = 7 * 86_400_000;

function nameRoutes(app: FastifyInstance, { store, clock }: ZipkinOptions): void {
  app.get<Request>('/api/v2/services', ROUTE, ({ tenant, signal }) => store.services(tenant, signal));

  app.get<Request>('/api/v2/spans', ROUTE, async ({ query, tenant, signal }) => {
    const operations = await store.operations(tenant, serviceName(query), signal);
    return [...new Set(operations.map(({ name }) => name))];
  });

  app.get<Request>('/api/v2/remoteServices', ROUTE, async ({ query, tenant, signal }) => {
    const service = serviceName(query);
    const untilMs = clock.now();
    const range = { sinceMs: Math.max(0, untilMs - REMOTE_FOR_MS), untilMs };
    const edges = await store.edges(tenant, range, signal);
    return edges.filter(({ client }) => client === service).map(({ server }) => server);
  });
}

function serviceName(query: QueryString): string {
  const service = firstOf(query, 'serviceName');
  if (service === null) throw badRequest('serviceName is missing');
  return service;
}

const VALUES_OF_MS = 3_600_000;
const MOST_VALUES = 1000;

function autocompleteRoutes(app: FastifyInstance, { tags, clock, autocompleteKeys }: ZipkinOptions): void {
  app.get('/api/v2/autocompleteKeys', ROUTE, () => autocompleteKeys);

  app.get<Request>('/api/v2/autocompleteValues', ROUTE, async ({ query, tenant, signal }) => {
    const key = firstOf(query, 'key');
    if (key === null) throw badRequest('key is missing');
    if (!autocompleteKeys.includes(key)) return [];
    const untilMs = clock.now();
    const range = { sinceMs: Math.max(0, untilMs - VALUES_OF_MS), untilMs };
    const asked = {
      tenant,
      ...range,
      key,
      scopes: ['span', 'resource'] as const,
      limit: MOST_VALUES,
    };
    return (await tags.values(asked, signal)).sort();
  });
}
