/** The parameters of Jaeger's HTTP API; what is wrong is a 400 in Jaeger's words. */
import { clipNs, countParameter, firstOf, LAST_NS, wholeNumber } from '../foreign/query_values.ts';
import { parseGoDuration } from '../foreign/go_duration.ts';
import type { SpanCondition, SpanSearch } from '../foreign/span_search.ts';
import { valuesOf, type QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import { jaegerTagCondition } from './tag_condition.ts';

export const MOST_TRACES = 1500;
const DEFAULT_TRACES = 100;
const DEFAULT_LOOKBACK_NS = 2n * 86_400_000_000_000n;

/** 32 hex digits in lower case; Jaeger takes any number of digits up to that. Throws a 400. */
export function jaegerTraceIdParameter(text: string): string {
  if (text.length > 32)
    throw badRequest(`TraceID cannot be longer than 32 hex characters: ${text.slice(0, 64)}`);
  if (!/^[0-9a-f]+$/i.test(text))
    throw badRequest(`invalid trace ID ${JSON.stringify(text)}: not hexadecimal`);
  return text.toLowerCase().padStart(32, '0');
}

export interface TraceQuery extends SpanSearch {
  /** The traces asked for by their ids; what else is asked is then of no account. */
  readonly traceIds: readonly string[];
}

export function traceQuery(query: QueryString, tenant: string, nowMs: number): TraceQuery {
  const traceIds = valuesOf(query, 'traceID').map(jaegerTraceIdParameter);
  const service = firstOf(query, 'service');
  if (service === null && traceIds.length === 0) throw badRequest("parameter 'service' is required");
  if (traceIds.length > MOST_TRACES) throw badRequest(`at most ${MOST_TRACES} traces at once`);
  const { sinceNs, untilNs } = searchTimes(query, nowMs);
  return {
    ...{ tenant, traceIds, sinceNs, untilNs },
    limit: countParameter(query, 'limit', { max: MOST_TRACES, otherwise: DEFAULT_TRACES }),
    conditions: [
      ...(service === null ? [] : [{ on: 'service' as const, test: { is: '=' as const, text: service } }]),
      ...operationCondition(firstOf(query, 'operation')),
      ...durationConditions(query),
      ...tags(query).map(([key, value]) => jaegerTagCondition(key, value)),
    ],
  };
}

export function operationCondition(operation: string | null): SpanCondition[] {
  // The UI's word for no operation in particular.
  return operation === null || operation === 'all' ? [] : [{ on: 'operation', template: operation }];
}

/** `start` and `end` in microseconds; without `start`, `lookback` before the end (`1h`, `2d`), else two days before now. */
function searchTimes(query: QueryString, nowMs: number): { sinceNs: bigint; untilNs: bigint } {
  const nowNs = BigInt(Math.round(nowMs)) * 1_000_000n;
  const most = { min: 0n, max: LAST_NS / 1000n };
  const untilNs = wholeNumber(query, 'end', { ...most, otherwise: nowNs / 1000n }) * 1000n;
  const lookbackNs = lookbackParameter(firstOf(query, 'lookback'));
  const sinceNs = wholeNumber(query, 'start', { ...most, otherwise: (untilNs - lookbackNs) / 1000n }) * 1000n;
  return { sinceNs: clipNs(sinceNs), untilNs: clipNs(untilNs) };
}

/** As the UI writes it; `custom` says that start and end have been set by hand. */
function lookbackParameter(text: string | null): bigint {
  if (text === null || text === 'custom') return DEFAULT_LOOKBACK_NS;
  const days = /^(\d{1,5})([dw])$/.exec(text);
  if (days !== null) return BigInt(days[1] ?? 0) * (days[2] === 'w' ? 7n : 1n) * 86_400_000_000_000n;
  const ns = parseGoDuration(text);
  if (ns === null)
    throw badRequest(`unable to parse param 'lookback': invalid duration ${JSON.stringify(text)}`);
  return ns;
}

function durationConditions(query: QueryString): SpanCondition[] {
  return durationRange(durationParameter(query, 'minDuration'), durationParameter(query, 'maxDuration'));
}

/** Null, and zero, set no bound. */
export function durationRange(min: bigint | null, max: bigint | null): SpanCondition[] {
  if (min !== null && max !== null && max !== 0n && max < min) {
    throw badRequest("'maxDuration' should be greater than 'minDuration'");
  }
  return [
    ...(min === null || min === 0n
      ? []
      : [{ on: 'duration' as const, test: { is: '>=' as const, value: min } }]),
    ...(max === null || max === 0n
      ? []
      : [{ on: 'duration' as const, test: { is: '<=' as const, value: max } }]),
  ];
}

function durationParameter(query: QueryString, name: string): bigint | null {
  const text = firstOf(query, name);
  if (text === null) return null;
  const ns = parseGoDuration(text);
  if (ns === null)
    throw badRequest(`unable to parse param '${name}': invalid duration ${JSON.stringify(text)}`);
  return ns;
}

function tags(query: QueryString): [string, string][] {
  const simple = valuesOf(query, 'tag').map((text): [string, string] => {
    const colon = text.indexOf(':');
    if (colon < 0) throw badRequest(`malformed 'tag' parameter, expecting key:value, received: ${text}`);
    return [text.slice(0, colon), text.slice(colon + 1)];
  });
  const all = new Map([...simple, ...valuesOf(query, 'tags').flatMap((text) => tagMap(text, 'tags'))]);
  if (all.size > MOST_TAGS) throw badRequest(`at most ${MOST_TAGS} tags at once`);
  return [...all];
}

export const MOST_TAGS = 50;

/** Tags as a JSON object of strings. Throws a 400. */
export function tagMap(text: string, name: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`malformed '${name}' parameter, cannot unmarshal JSON: ${(error as Error).message}`);
  }
  const entries =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
  if (
    entries === null ||
    !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
  ) {
    throw badRequest(`malformed '${name}' parameter, cannot unmarshal JSON: not an object of strings`);
  }
  return entries;
}
