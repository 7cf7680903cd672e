/** The parameters of Zipkin's API: times in milliseconds, durations in microseconds. What is wrong is a 400. */
import { clipNs, countParameter, firstOf, wholeNumber } from '../foreign/query_values.ts';
import { tagCondition, type SpanCondition, type SpanSearch } from '../foreign/span_search.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import type { TimeRange } from '../store.ts';
import { CALLED_NAMES } from './endpoints.ts';

const DAY_MS = 86_400_000n;
const LAST_MS = 0xffff_ffffn * 1000n;
const LONGEST_US = 2n ** 53n;
const MOST_TRACES = 1000;
const DEFAULT_TRACES = 10;
const MOST_TERMS = 50;

/** 16 or 32 digits in either case, leading zeros not needed. Returns 32 in lower case; throws a 400. */
export function zipkinTraceIdParameter(text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) {
    throw badRequest(`${text.slice(0, 64)} should be a 1 to 32 character lower-hex string with no prefix`);
  }
  return text.toLowerCase().padStart(32, '0');
}

export function zipkinSearch(query: QueryString, tenant: string, nowMs: number): SpanSearch {
  const { sinceMs, untilMs } = zipkinRange(query, nowMs);
  return {
    tenant,
    sinceNs: clipNs(BigInt(sinceMs) * 1_000_000n),
    untilNs: clipNs(BigInt(untilMs) * 1_000_000n),
    limit: countParameter(query, 'limit', { max: MOST_TRACES, otherwise: DEFAULT_TRACES }),
    conditions: [
      ...named(query, 'serviceName', (text) => ({ on: 'service', test: { is: '=', text } })),
      ...named(query, 'remoteServiceName', remoteService),
      ...named(query, 'spanName', (template) => ({ on: 'operation', template })),
      ...annotationQuery(firstOf(query, 'annotationQuery')),
      ...durations(query),
    ],
  };
}

/** `endTs`, now without it, and `lookback` before that, a day without it. */
export function zipkinRange(query: QueryString, nowMs: number): TimeRange {
  const most = { min: 0n, max: LAST_MS };
  const untilMs = wholeNumber(query, 'endTs', { ...most, otherwise: BigInt(Math.round(nowMs)) });
  const lookbackMs = wholeNumber(query, 'lookback', { ...most, otherwise: DAY_MS });
  return { sinceMs: Number(untilMs > lookbackMs ? untilMs - lookbackMs : 0n), untilMs: Number(untilMs) };
}

function named(
  query: QueryString,
  name: string,
  condition: (text: string) => SpanCondition,
): SpanCondition[] {
  const text = firstOf(query, name);
  // The UI's word for any of them.
  return text === null || text === 'all' ? [] : [condition(text)];
}

function remoteService(text: string): SpanCondition {
  return {
    any: CALLED_NAMES.map((key) => ({ on: 'attribute', scope: 'span', key, test: { is: '=', text } })),
  };
}

/** `http.method=GET and error`: tags with a value, and words that are a tag's key or an annotation. */
function annotationQuery(text: string | null): SpanCondition[] {
  const terms = (text ?? '')
    .split(' and ')
    .map((term) => term.trim())
    .filter((term) => term !== '');
  if (terms.length > MOST_TERMS) throw badRequest(`annotationQuery has more than ${MOST_TERMS} terms`);
  return terms.map((term) => {
    const equals = term.indexOf('=');
    return equals < 0 ? wordCondition(term) : tagEquals(term.slice(0, equals), term.slice(equals + 1));
  });
}

const FAILED: SpanCondition = { on: 'status', test: { is: '=', text: 'Error' } };
const CODES: ReadonlyMap<string, string> = new Map([
  ['OK', 'Ok'],
  ['ERROR', 'Error'],
]);

function wordCondition(word: string): SpanCondition {
  const tag = tagCondition(word, { is: 'there' });
  if (word === 'error') return { any: [FAILED, tag] };
  return { any: [tag, { on: 'event', test: { is: '=', text: word } }] };
}

function tagEquals(key: string, text: string): SpanCondition {
  const tag = tagCondition(key, { is: '=', text });
  if (key === 'error')
    return { any: [{ all: [FAILED, { on: 'statusMessage', test: { is: '=', text } }] }, tag] };
  const code = key === 'otel.status_code' ? CODES.get(text) : undefined;
  return code === undefined ? tag : { any: [{ on: 'status', test: { is: '=', text: code } }, tag] };
}

function durations(query: QueryString): SpanCondition[] {
  const bound = (name: string): bigint =>
    wholeNumber(query, name, { min: -1n, max: LONGEST_US, otherwise: 0n });
  const [min, max] = [bound('minDuration'), bound('maxDuration')];
  if (min < 0n || max < 0n) throw badRequest('minDuration and maxDuration must be positive');
  if (max > 0n && min === 0n) throw badRequest('maxDuration is only valid with minDuration');
  if (max > 0n && max < min) throw badRequest('maxDuration should be >= minDuration');
  const ns = (is: '>=' | '<', us: bigint): SpanCondition => ({
    on: 'duration',
    test: { is, value: us * 1000n },
  });
  // Zipkin counts whole microseconds.
  return [...(min > 0n ? [ns('>=', min)] : []), ...(max > 0n ? [ns('<', max + 1n)] : [])];
}
