/** What Jaeger's api_v3 asks, over HTTP and gRPC alike, as a search. Throws Problems. */
import { clipNs } from '../foreign/query_values.ts';
import type { SpanSearch } from '../foreign/span_search.ts';
import { badRequest } from '../problem.ts';
import { durationRange, MOST_TAGS, MOST_TRACES, operationCondition } from './jaeger_parameters.ts';
import { jaegerTagCondition } from './tag_condition.ts';

export interface V3Query {
  readonly serviceName: string;
  readonly operationName: string;
  readonly attributes: readonly (readonly [string, string])[];
  /** Unix nanoseconds; null where not given. */
  readonly startMinNs: bigint | null;
  readonly startMaxNs: bigint | null;
  /** Nanoseconds. */
  readonly durationMinNs: bigint | null;
  readonly durationMaxNs: bigint | null;
  /** 0 for as many as usual. */
  readonly searchDepth: number;
}

const DEFAULT_DEPTH = 100;

export function v3Search(query: V3Query, tenant: string): SpanSearch {
  const { serviceName, operationName, startMinNs, startMaxNs, searchDepth } = query;
  if (startMinNs === null || startMaxNs === null) {
    throw badRequest('query.start_time_min and query.start_time_max are required');
  }
  if (query.attributes.length > MOST_TAGS) throw badRequest(`at most ${MOST_TAGS} attributes at once`);
  if (searchDepth < 0) throw badRequest('query.search_depth must not be negative');
  return {
    tenant,
    sinceNs: clipNs(startMinNs),
    untilNs: clipNs(startMaxNs - 1n),
    limit: Math.min(MOST_TRACES, searchDepth === 0 ? DEFAULT_DEPTH : searchDepth),
    conditions: [
      ...(serviceName === ''
        ? []
        : [{ on: 'service' as const, test: { is: '=' as const, text: serviceName } }]),
      ...operationCondition(operationName === '' ? null : operationName),
      ...durationRange(query.durationMinNs, query.durationMaxNs),
      ...query.attributes.map(([key, value]) => jaegerTagCondition(key, value)),
    ],
  };
}
