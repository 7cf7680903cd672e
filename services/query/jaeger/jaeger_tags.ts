/** Attributes, and what OTLP has fields of its own for, as the tags and logs that Jaeger's translation of OTLP makes of them. */
import { attributeValue } from '../foreign/attribute_value.ts';
import type { TraceSpan } from '../foreign/foreign_store.ts';
import type { Attributes } from '../trace_answer.ts';

export interface JaegerTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64';
  /** An int64 that a JavaScript number would round is text. */
  readonly value: string | number | boolean;
}

export interface JaegerLog {
  /** Unix microseconds. */
  readonly timestamp: number;
  readonly fields: readonly JaegerTag[];
}

/** Sorted by key. */
export function tagsOf(attributes: Attributes, left: ReadonlySet<string> = NONE): JaegerTag[] {
  const tags = Object.entries(attributes)
    .filter(([key]) => !left.has(key))
    .map(([key, text]) => tag(key, text));
  return tags.sort(byKey);
}

const NONE: ReadonlySet<string> = new Set();

/** The tags that stand for fields of the span give way to none: an attribute of the same name stays beside. */
export function spanTags(span: TraceSpan): JaegerTag[] {
  const fields = [
    textTag('otel.scope.name', span.scopeName),
    textTag('otel.scope.version', span.scopeVersion),
    textTag('span.kind', KIND_TAGS.get(span.kind) ?? ''),
    textTag('otel.status_code', STATUS_TAGS.get(span.status) ?? ''),
    textTag('otel.status_description', span.statusMessage),
    textTag('w3c.tracestate', span.traceState),
  ].flat();
  if (span.status === 'Error') fields.push({ key: 'error', type: 'bool', value: true });
  const named = new Set(fields.map(({ key }) => key));
  return [...fields, ...tagsOf(span.attributes, named)].sort(byKey);
}

export const KIND_TAGS: ReadonlyMap<string, string> = new Map([
  ['Server', 'server'],
  ['Client', 'client'],
  ['Producer', 'producer'],
  ['Consumer', 'consumer'],
  ['Internal', 'internal'],
]);

export const STATUS_TAGS: ReadonlyMap<string, string> = new Map([
  ['Ok', 'OK'],
  ['Error', 'ERROR'],
]);

/** The event's name first, then its attributes by key. */
export function logOf(event: TraceSpan['events'][number], shiftNs: bigint): JaegerLog {
  const named = event.name !== '' && !Object.hasOwn(event.attributes, 'event');
  const fields = tagsOf(event.attributes);
  const first = fields.findIndex(({ key, type }) => key === 'event' && type === 'string');
  const own = first < 0 ? fields : [...fields.splice(first, 1), ...fields];
  return {
    timestamp: microseconds(event.timeNs + shiftNs),
    fields: named ? [{ key: 'event', type: 'string', value: event.name }, ...own] : own,
  };
}

/** Exact until the year 2255. */
export function microseconds(ns: bigint): number {
  return Number(ns / 1000n);
}

function textTag(key: string, text: string): JaegerTag[] {
  return text === '' ? [] : [{ key, type: 'string', value: text }];
}

function tag(key: string, text: string): JaegerTag {
  const { type, value } = attributeValue(text);
  if (typeof value !== 'bigint') return { key, type, value };
  const number = Number(value);
  return { key, type, value: Number.isSafeInteger(number) ? number : text };
}

function byKey(a: JaegerTag, b: JaegerTag): number {
  return a.key < b.key ? -1 : Number(a.key > b.key);
}
