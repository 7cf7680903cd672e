/**
 * A route of the own API: its declaration is what the OpenAPI document shows, what is refused, and the handler's types.
 *
 * `request.signal` is aborted when the client leaves or its time is up; handlers pass it on.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import { TENANT, type Parameter, type Parameters, type Values } from './declared_parameters.ts';
import { onlyParameters, type QueryString } from './parameters.ts';
import { badRequest } from './problem.ts';
import type { Schema } from './schema.ts';
import type { TimeRange } from './store.ts';

export interface RouteDeclaration<P extends Parameters = Parameters, A = unknown> {
  /** With `:name` for the parameters in the path. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: P;
  readonly answer: Schema<A>;
  /** What else it may say than 200 and what every route may say. */
  readonly statuses?: readonly number[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    declaration?: RouteDeclaration;
  }
}

export interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
}

export function addRoute<P extends Parameters, A>(
  app: FastifyInstance,
  clock: Clock,
  declaration: RouteDeclaration<P, A>,
  handle: (values: Values<P>, asked: Asked) => Promise<A>,
): void {
  app.get<{ Querystring: QueryString; Params: Readonly<Record<string, string>> }>(
    declaration.path,
    { config: { declaration } },
    (request, reply) => {
      const values = readParameters(declaration.parameters, request, clock.now());
      return handle(values, { request, reply, signal: request.signal });
    },
  );
}

function readParameters<P extends Parameters>(
  parameters: P,
  { query, params: path, tenant }: { query: QueryString; params: QueryString; tenant: string },
  nowMs: number,
): Values<P> {
  const entries = Object.entries<Parameter<unknown>>(parameters);
  onlyParameters(
    query,
    entries.filter(([, parameter]) => parameter.in === 'query').map(([name]) => name),
  );
  return Object.fromEntries(
    entries.map(([name, parameter]) => {
      const value = parameter.read(parameter.in === 'query' ? query : path, name, nowMs);
      // Read for its faults; whose data it is was decided before.
      return [name, parameter === TENANT ? tenant : value];
    }),
  ) as Values<P>;
}

const LONGEST_RANGE_MS = 400 * 86_400_000;

/** Throws a 400. */
export function rangeOf({ since, until }: { readonly since: number; readonly until: number }): TimeRange {
  if (since >= until) throw badRequest('since must lie before until');
  if (until - since > LONGEST_RANGE_MS) throw badRequest('since and until lie more than 400 days apart');
  return { sinceMs: since, untilMs: until };
}
