/**
 * The HTTP side that all routes share: errors as problem+json, a time limit, compression, metrics by route, 404 and 405.
 *
 * Not for any route itself: a group of routes is a file in routes/, given in as a function. `request.signal` is
 * aborted when the client leaves or time is up; every handler passes it on to the store.
 */
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
  type HTTPMethods,
} from 'fastify';
import { callerOf } from '../platform/auth/http_caller.ts';
import type { Log } from '../platform/log.ts';
import { counter, histogram, type MetricRegistry } from '../platform/metrics.ts';
import type { ListenerTls } from '../platform/tls/tls_files.ts';
import { openAdmission, type Admission } from './admission.ts';
import { compressAnswers } from './compression.ts';
import { documentRoutes } from './openapi.ts';
import type { QueryString } from './parameters.ts';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { sayHowToShow } from './security_headers.ts';
import { StoreError } from './store.ts';
import { inScope, type TenantScope } from './tenant_scope.ts';

export type RouteGroup = (app: FastifyInstance) => void;

/** Writes the body of an error, where an API has a form of its own; the status is set already. */
export type ProblemFormat = (reply: FastifyReply, problem: Problem) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of this route's errors; problem+json without it. */
    problemFormat?: ProblemFormat;
    /** Asks for nobody's data: needs no credential. */
    open?: boolean;
  }
  interface FastifyRequest {
    /** Whose data it asks for: stores are asked for this one, and for no other. */
    tenant: string;
    tenantScope: TenantScope | null;
  }
}

export interface ApiOptions {
  readonly log: Log;
  readonly registry: MetricRegistry;
  readonly requestTimeoutMs: number;
  /** Without it, connections are not encrypted. */
  readonly tls?: ListenerTls | null;
  readonly routes: readonly RouteGroup[];
  /** Who may ask; without it everybody. */
  readonly admission?: Admission;
}

const METRICS = {
  requests: counter('spanmill_query_requests_total', 'Requests answered.', ['route', 'method', 'status']),
  seconds: histogram(
    'spanmill_query_request_seconds',
    'Time from a request to the end of its answer.',
    undefined,
    ['route'],
  ),
  left: counter('spanmill_query_requests_abandoned_total', 'Requests whose client left before the answer.', [
    'route',
  ]),
};

/** Not listening yet; `api_server.ts` does that. */
export function createApi(options: ApiOptions): FastifyInstance {
  const { log, registry, requestTimeoutMs, tls = null, routes, admission = openAdmission } = options;
  const app = newApp(requestTimeoutMs, tls);
  sayHowToShow(app, tls !== null);
  const methods = methodsByUrl(app);
  measure(app, registry);
  admitRequests(app, admission);
  compressAnswers(app);
  documentRoutes(app);
  app.setErrorHandler((error, request, reply) => {
    report(log, error, pathOf(request.url));
    answerProblem(reply, asProblem(error, requestTimeoutMs), request.routeOptions.config.problemFormat);
  });
  app.setNotFoundHandler((request, reply) => {
    answerProblem(
      reply,
      new Problem(
        404,
        `there is no ${request.method} ${pathOf(request.url)}; see /api/v1/openapi.json for the paths`,
      ),
    );
  });
  for (const group of routes) group(app);
  refuseOtherMethods(app, methods);
  return app;
}

function newApp(requestTimeoutMs: number, tls: ListenerTls | null): FastifyInstance {
  const options: FastifyServerOptions = {
    logger: false,
    handlerTimeout: requestTimeoutMs,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => {
      answerProblem(reply, asProblem(error, requestTimeoutMs));
    },
  };
  if (tls === null) return Fastify(options);
  const app = Fastify({ ...(options as object), https: tls.options });
  tls.attach((context) => app.server.setSecureContext(context));
  // Its type tells the kinds of server apart; nothing else does.
  return app;
}

/** Fills as routes are added. */
function methodsByUrl(app: FastifyInstance): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  return methods;
}

/** A known path with a method that it does not have is a 405 that says which it has. */
function refuseOtherMethods(app: FastifyInstance, methods: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, known] of [...methods]) {
    const allowed = [...known].sort().join(', ');
    app.route({
      method: REFUSABLE.filter((method) => !known.has(method)),
      url,
      // Before the body is read, whatever its type and size.
      onRequest: (request, reply) => {
        void reply.header('allow', allowed);
        answerProblem(reply, new Problem(405, `${request.method} is not possible here, only ${allowed}`));
      },
      handler: () => undefined,
    });
  }
}

const REFUSABLE: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Every route that is not declared as open, and paths that no route has. */
function admitRequests(app: FastifyInstance, admission: Admission): void {
  app.decorateRequest('tenant', '');
  app.decorateRequest('tenantScope', null);
  app.addHook('onRequest', async (request) => {
    const { config, url } = request.routeOptions;
    if (config.open === true) return;
    const { tenant } = request.query as QueryString;
    const scope = await admission.admit({
      caller: callerOf(request.raw),
      named: [tenant ?? []].flat(),
      route: url ?? 'unknown',
    });
    request.tenant = scope.tenant;
    request.tenantScope = scope;
  });
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.tenantScope === null) done();
    else inScope(request.tenantScope, done);
  });
}

/** The route label is the pattern, never the path: ids would make a series each. */
function measure(app: FastifyInstance, registry: MetricRegistry): void {
  const metrics = registry.create(METRICS);
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requests.add(1, { route, method: request.method, status: reply.statusCode });
    metrics.seconds.observe(reply.elapsedTime / 1000, { route });
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    metrics.left.add(1, { route: request.routeOptions.url ?? 'unknown' });
    done();
  });
}

/**
 * A problem that a route found is an answer like any other; a store that is away is told in a line, a bug in full. Not what was
 * asked for: people search for the addresses and numbers of others.
 */
function report(log: Log, error: unknown, path: string): void {
  if (error instanceof StoreError && error.failure !== 'bad-pattern') {
    log.warn({ path, failure: error.failure, reason: error.message }, 'no answer from ClickHouse');
  } else if (asProblem(error, 0).status === 500) {
    log.error({ error, path }, 'request failed');
  }
}

function answerProblem(reply: FastifyReply, problem: Problem, format: ProblemFormat = problemJson): void {
  void reply.code(problem.status);
  if (problem.status === 503) void reply.header('retry-after', '5');
  for (const [name, values] of Object.entries(problem.headers)) void reply.header(name, [...values]);
  format(reply, problem);
}

function problemJson(reply: FastifyReply, problem: Problem): void {
  void reply.type(PROBLEM_TYPE).send(JSON.stringify(problem.body()));
}

/** What the client may know of an error; what a server said is for the log alone. */
export function asProblem(error: unknown, timeoutMs: number): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) return storeProblem(error, timeoutMs);
  const { code, statusCode, message } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_HANDLER_TIMEOUT') return tookTooLong(timeoutMs, error);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, message ?? 'the request cannot be understood', { cause: error });
  }
  return new Problem(500, 'this is a fault of the service; its log says more', { cause: error });
}

function storeProblem(error: StoreError, timeoutMs: number): Problem {
  switch (error.failure) {
    case 'unavailable':
      return new Problem(503, 'ClickHouse does not answer; see /readyz, and try again', { cause: error });
    case 'no-tables':
      return new Problem(503, 'the database has no tables yet: run `spanmill migrate`', { cause: error });
    case 'timeout':
      return tookTooLong(timeoutMs, error);
    case 'bad-pattern':
      return new Problem(400, 'the regular expression cannot be read: RE2 is spoken here', { cause: error });
    case 'too-large':
      return new Problem(422, 'the answer would be too large: ask for less, or for a shorter time', {
        cause: error,
      });
  }
}

function tookTooLong(timeoutMs: number, cause: unknown): Problem {
  return new Problem(504, `no answer within ${timeoutMs} ms: ask for less, or for a shorter time`, { cause });
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
