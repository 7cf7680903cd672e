/** Tempo's names and values of tags, from which Grafana's search form is filled. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { attributeValue } from '../foreign/attribute_value.ts';
import { countParameter, firstOf } from '../foreign/query_values.ts';
import type { AttributeScope, SpanCondition } from '../foreign/span_search.ts';
import type { TagQuery, TagStore } from '../foreign/tag_store.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import { TEMPO_ROUTE } from './tempo_answer.ts';
import { tempoRange } from './tempo_parameters.ts';
import { parseTraceql } from './traceql.ts';
import { INTRINSIC_NAMES, traceqlField, type Intrinsic, type TraceqlField } from './traceql_field.ts';
import { TraceqlError } from './traceql_tokens.ts';

interface Request {
  Querystring: QueryString;
}
interface ValueRequest extends Request {
  Params: { name: string };
}
export interface TypedValue {
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'keyword';
  readonly value: string;
}

const ATTRIBUTE_SCOPES = ['resource', 'span', 'event', 'link'] as const;
const MOST_NAMES = 5000;
const MOST_VALUES = 5000;

export function tempoTagRoutes(app: FastifyInstance, tags: TagStore, clock: Clock): void {
  const tagQuery = (query: QueryString, tenant: string, most: number): TagQuery => ({
    ...{ tenant, ...tempoRange(query, clock.now()), conditions: filterOf(firstOf(query, 'q')) },
    limit: countParameter(query, 'limit', { max: most, otherwise: most }),
  });

  app.get<Request>('/tempo/api/search/tags', TEMPO_ROUTE, async ({ query, tenant, signal }) => {
    const asked = tagQuery(query, tenant, MOST_NAMES);
    const scopes = await scopesOf(tags, asked, firstOf(query, 'scope'), signal);
    const shown =
      firstOf(query, 'scope') === 'intrinsic' ? scopes : scopes.filter(({ name }) => name !== 'intrinsic');
    return { tagNames: [...new Set(shown.flatMap((scope) => scope.tags))].sort(), metrics: {} };
  });

  app.get<Request>('/tempo/api/v2/search/tags', TEMPO_ROUTE, async ({ query, tenant, signal }) => {
    const asked = tagQuery(query, tenant, MOST_NAMES);
    return { scopes: await scopesOf(tags, asked, firstOf(query, 'scope'), signal), metrics: {} };
  });

  app.get<ValueRequest>(
    '/tempo/api/search/tag/:name/values',
    TEMPO_ROUTE,
    async ({ params, query, tenant, signal }) => {
      const asked = tagQuery(query, tenant, MOST_VALUES);
      const values = await valuesOf(tags, asked, fieldOrTag(params.name), signal);
      return { tagValues: values.map(({ value }) => value), metrics: {} };
    },
  );

  app.get<ValueRequest>(
    '/tempo/api/v2/search/tag/:name/values',
    TEMPO_ROUTE,
    async ({ params, query, tenant, signal }) => {
      const asked = tagQuery(query, tenant, MOST_VALUES);
      return { tagValues: await valuesOf(tags, asked, field(params.name), signal), metrics: {} };
    },
  );
}

/** Of a query that is half written, and so none, everything is shown. */
function filterOf(q: string | null): SpanCondition[] {
  try {
    return q === null ? [] : [parseTraceql(q).condition];
  } catch (error) {
    if (error instanceof TraceqlError) return [];
    throw error;
  }
}

async function scopesOf(tags: TagStore, asked: TagQuery, scope: string | null, signal: AbortSignal) {
  const all = scope === null || scope === 'all' || scope === 'none';
  const wanted = ATTRIBUTE_SCOPES.filter((name) => all || name === scope);
  const known = all || wanted.length > 0 || scope === 'intrinsic' || scope === 'instrumentation';
  if (!known) throw badRequest(`invalid scope: ${scope.slice(0, 64)}`);
  const scopes: { name: string; tags: string[] }[] = await Promise.all(
    wanted.map(async (name) => ({ name, tags: await tags.keys(asked, name, signal) })),
  );
  const intrinsic = all || scope === 'intrinsic' ? [{ name: 'intrinsic', tags: [...INTRINSIC_NAMES] }] : [];
  return [...scopes.filter((one) => one.tags.length > 0), ...intrinsic];
}

function field(name: string): TraceqlField {
  try {
    return traceqlField(name);
  } catch (error) {
    if (error instanceof TraceqlError) throw badRequest(`invalid tag name: ${error.message}`);
    throw error;
  }
}

/** The older API names tags without a scope. */
function fieldOrTag(name: string): TraceqlField {
  if (INTRINSIC_NAMES.includes(name)) return field(name);
  return { is: 'attribute', scope: 'any', key: name, shown: name };
}

async function valuesOf(
  tags: TagStore,
  asked: TagQuery,
  wanted: TraceqlField,
  signal: AbortSignal,
): Promise<TypedValue[]> {
  if (wanted.is === 'intrinsic') return intrinsicValues(tags, asked, wanted.name, signal);
  const { key, scope } = wanted;
  const scopes: readonly AttributeScope[] = scope === 'any' ? ['span', 'resource'] : [scope];
  return (await tags.values({ ...asked, key, scopes }, signal)).map(typedValue);
}

const TYPES = { string: 'string', bool: 'bool', int64: 'int', float64: 'float' } as const;

function typedValue(value: string): TypedValue {
  return { type: TYPES[attributeValue(value).type], value };
}

const KEYWORDS: Readonly<Partial<Record<Intrinsic, readonly string[]>>> = {
  status: ['error', 'ok', 'unset'],
  kind: ['client', 'consumer', 'internal', 'producer', 'server', 'unspecified'],
};
const ROOTS: SpanCondition = { on: 'parentSpanId', id: '', not: false };

/** None for what is a number or an id. */
async function intrinsicValues(
  tags: TagStore,
  asked: TagQuery,
  name: Intrinsic,
  signal: AbortSignal,
): Promise<TypedValue[]> {
  const text = (values: readonly string[]): TypedValue[] =>
    values.map((value) => ({ type: 'string', value }));
  const ofRoots = { ...asked, conditions: [...(asked.conditions ?? []), ROOTS] };
  switch (name) {
    case 'name':
    case 'statusMessage':
    case 'scopeName':
    case 'scopeVersion':
      return text(await tags.fieldValues(asked, name, signal));
    case 'rootName':
      return text(await tags.fieldValues(ofRoots, 'name', signal));
    case 'rootService':
      return text(await tags.fieldValues(ofRoots, 'service', signal));
    default:
      return (KEYWORDS[name] ?? []).map((value) => ({ type: 'keyword', value }));
  }
}
