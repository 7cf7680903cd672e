/** A tag that is searched for: an attribute of the span, its resource or its events, or the field that the tag stands for. */
import { tagCondition, type SpanCondition, type TextField } from '../foreign/span_search.ts';
import { KIND_TAGS, STATUS_TAGS } from './jaeger_tags.ts';

const FIELDS: ReadonlyMap<string, TextField> = new Map([
  ['otel.scope.name', 'scopeName'],
  ['otel.scope.version', 'scopeVersion'],
  ['otel.library.name', 'scopeName'],
  ['otel.library.version', 'scopeVersion'],
  ['otel.status_description', 'statusMessage'],
  ['w3c.tracestate', 'traceState'],
]);

export function jaegerTagCondition(key: string, text: string): SpanCondition {
  const test = { is: '=' as const, text };
  const attribute: SpanCondition = {
    any: [tagCondition(key, test), { on: 'attribute', scope: 'event', key, test }],
  };
  const field = fieldCondition(key, text);
  return field === null ? attribute : { any: [field, attribute] };
}

function fieldCondition(key: string, text: string): SpanCondition | null {
  if (key === 'error') {
    const failed: SpanCondition = { on: 'status', test: { is: '=', text: 'Error' } };
    if (text === 'true') return failed;
    return text === 'false' ? { on: 'status', test: { is: '!=', text: 'Error' } } : null;
  }
  if (key === 'event') return { on: 'event', test: { is: '=', text } };
  const kind = key === 'span.kind' ? wordOf(KIND_TAGS, text) : null;
  if (kind !== null) return { on: 'kind', test: { is: '=', text: kind } };
  const status = key === 'otel.status_code' ? wordOf(STATUS_TAGS, text) : null;
  if (status !== null) return { on: 'status', test: { is: '=', text: status } };
  const field = FIELDS.get(key);
  return field === undefined ? null : { on: field, test: { is: '=', text } };
}

/** The table's word for Jaeger's. */
export function wordOf(words: ReadonlyMap<string, string>, text: string): string | null {
  for (const [word, tag] of words) if (tag === text) return word;
  return null;
}
