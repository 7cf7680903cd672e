/** The foreign store in ClickHouse: which query answers what. Every query has the limits of the service. */
import { operationName } from '../../core/metrics/operation_name.ts';
import type { Row } from '../../platform/clickhouse/client.ts';
import type { Clock } from '../../platform/clock.ts';
import { nanos, number, text } from '../columns.ts';
import { readSql, type Query } from '../queries.ts';
import { storedSpan } from '../rows.ts';
import type { SqlText } from '../trace_search.ts';
import { conditionsSql, SqlParameters } from './condition_sql.ts';
import type { ForeignStore, ForeignTrace, TraceFacts, TraceSpan } from './foreign_store.ts';
import type { SpanCondition, SpanSearch } from './span_search.ts';

export interface ForeignStoreOptions {
  readonly query: Query;
  readonly maxTraceSpans: number;
  readonly clock: Clock;
}

const FIND_TRACES = readSql('find_traces', 'foreign');
const SPAN_NAMES = readSql('span_names', 'foreign');
const TRACE_FACTS = readSql('trace_facts', 'foreign');
const SPANS_OF_TRACES = readSql('spans_of_traces');
const SERVICE_NAMES = readSql('service_names', 'foreign');
const OPERATIONS = readSql('operations', 'foreign');
const EDGES = readSql('edges', 'foreign');

/** Where sql/*.sql of a search takes its conditions. */
const CONDITIONS = '/* conditions */ 1';
const KNOWN_FOR_SECONDS = 30 * 86_400;

export function clickHouseForeignStore({ query, maxTraceSpans, clock }: ForeignStoreOptions): ForeignStore {
  const seenSince = (): number => Math.max(0, Math.floor(clock.now() / 1000) - KNOWN_FOR_SECONDS);
  return {
    traces: (tenant, traceIds, signal) => readTraces(query, maxTraceSpans, tenant, traceIds, signal),
    facts: (tenant, traceIds, signal) => readFacts(query, tenant, traceIds, signal),
    find: (search, signal) => findTraces(query, search, signal),
    services: async (tenant, signal) => {
      const rows = await query(SERVICE_NAMES, { tenant, seenSince: seenSince() }, signal);
      return rows.map((row) => text(row, 'service'));
    },
    operations: async (tenant, service, signal) => {
      const rows = await query(OPERATIONS, { tenant, service, seenSince: seenSince() }, signal);
      return rows.map((row) => ({ name: text(row, 'name'), kind: text(row, 'kind') }));
    },
    edges: async (tenant, { sinceMs, untilMs }, signal) => {
      const params = { tenant, since: Math.floor(sinceMs / 1000), until: Math.ceil(untilMs / 1000) };
      const rows = await query(EDGES, params, signal);
      return rows.map((row) => ({
        client: text(row, 'client'),
        server: text(row, 'server'),
        calls: number(row, 'calls'),
        errors: number(row, 'errors'),
      }));
    },
  };
}

/** A search statement with its conditions in place, and all its parameters. */
export function searchStatement(statement: string, search: Omit<SpanSearch, 'limit'>): SqlText {
  const params = new SqlParameters();
  const conditions = conditionsSql(search.conditions, params);
  return {
    sql: statement.replace(CONDITIONS, () => conditions),
    params: {
      ...params.values,
      tenant: search.tenant,
      sinceNs: search.sinceNs.toString(),
      untilNs: search.untilNs.toString(),
    },
  };
}

/** Spans looked at for each trace wanted: few in the first attempt, as nearly always suffice; at most this many in all. */
const SPANS_A_TRACE = [50, 2_500, 125_000];
const MOST_SPANS = 1_000_000;

/** The newest spans, not the newest traces, are what ClickHouse finds without sorting everything. */
async function findTraces(query: Query, search: SpanSearch, signal: AbortSignal): Promise<string[]> {
  const conditions = await namesOfOperations(query, search, signal);
  const { sql, params } = searchStatement(FIND_TRACES, { ...search, conditions });
  let found: string[] = [];
  for (const factor of SPANS_A_TRACE) {
    const spans = Math.min(MOST_SPANS, search.limit * factor);
    const rows = await query(sql, { ...params, spans, traces: search.limit }, signal);
    found = rows.map((row) => text(row, 'traceId'));
    const seen = rows.reduce((sum, row) => sum + number(row, 'spans'), 0);
    if (found.length >= search.limit || seen < spans) break;
  }
  return found;
}

/** An operation with placeholders stands for the names that have this template; the span table has the names. */
async function namesOfOperations(
  query: Query,
  search: SpanSearch,
  signal: AbortSignal,
): Promise<readonly SpanCondition[]> {
  const templates = search.conditions.flatMap((condition) =>
    'on' in condition &&
    condition.on === 'operation' &&
    operationName(condition.template) === condition.template
      ? [condition.template]
      : [],
  );
  if (!templates.some((template) => template.includes('{}'))) return search.conditions;
  const others = search.conditions.filter(
    (condition) => !('on' in condition && condition.on === 'operation'),
  );
  const { sql, params } = searchStatement(SPAN_NAMES, {
    ...search,
    conditions: others.filter((condition) => 'on' in condition && condition.on === 'service'),
  });
  const names = (await query(sql, params, signal)).map((row) => text(row, 'name'));
  return [
    ...others,
    ...templates.map((template) => ({
      on: 'names' as const,
      names: [template, ...names.filter((name) => operationName(name) === template)],
    })),
  ];
}

async function readFacts(
  query: Query,
  tenant: string,
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<TraceFacts[]> {
  if (traceIds.length === 0) return [];
  const rows = await query(TRACE_FACTS, { tenant, traceIds }, signal);
  const byId = new Map(rows.map((row) => [text(row, 'traceId'), traceFacts(row)]));
  return [...new Set(traceIds)].flatMap((id) => byId.get(id) ?? []);
}

async function readTraces(
  query: Query,
  maxSpans: number,
  tenant: string,
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<ForeignTrace[]> {
  if (traceIds.length === 0) return [];
  const [facts, rows] = await Promise.all([
    readFacts(query, tenant, traceIds, signal),
    query(SPANS_OF_TRACES, { tenant, traceIds, limit: maxSpans + 1 }, signal),
  ]);
  const spans = Map.groupBy(rows.map(traceSpan), ({ traceId }) => traceId);
  return facts.flatMap((one) => {
    const own = spans.get(one.traceId) ?? [];
    if (own.length === 0) return [];
    return [{ facts: one, spans: own.slice(0, maxSpans), truncated: own.length > maxSpans }];
  });
}

function traceSpan(row: Row): TraceSpan {
  return { ...storedSpan(row), traceId: text(row, 'traceId'), flags: number(row, 'flags') };
}

function traceFacts(row: Row): TraceFacts {
  return {
    traceId: text(row, 'traceId'),
    startNs: nanos(row, 'startNs'),
    endNs: nanos(row, 'endNs'),
    spans: number(row, 'spans'),
    errors: number(row, 'errors'),
    rootService: text(row, 'rootService'),
    rootName: text(row, 'rootName'),
  };
}
