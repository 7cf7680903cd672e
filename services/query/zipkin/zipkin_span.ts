/**
 * A stored span as Zipkin's v2 model, by OpenTelemetry's mapping to Zipkin; what that leaves open is done as the
 * OpenTelemetry Collector does it. Pure.
 */
import { DEBUG_ATTRIBUTE, NO_TIMESTAMP_ATTRIBUTE, SHARED_ATTRIBUTE } from '../../core/zipkin/span.ts';
import { attributeValue } from '../foreign/attribute_value.ts';
import type { TraceSpan } from '../foreign/foreign_store.ts';
import type { Attributes } from '../trace_answer.ts';
import { ENDPOINT_ATTRIBUTES, localEndpoint, remoteEndpoint, type Endpoint } from './endpoints.ts';

export interface ZipkinSpan {
  readonly traceId: string;
  readonly parentId?: string;
  readonly id: string;
  readonly kind?: ZipkinKind;
  readonly name?: string;
  /** Unix microseconds. */
  readonly timestamp?: number;
  /** Microseconds, at least 1. */
  readonly duration?: number;
  readonly localEndpoint?: Endpoint;
  readonly remoteEndpoint?: Endpoint;
  readonly annotations?: readonly Annotation[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly shared?: true;
  readonly debug?: true;
}

export interface Annotation {
  readonly timestamp: number;
  readonly value: string;
}

export type ZipkinKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

const KINDS: ReadonlyMap<string, ZipkinKind> = new Map([
  ['Client', 'CLIENT'],
  ['Server', 'SERVER'],
  ['Producer', 'PRODUCER'],
  ['Consumer', 'CONSUMER'],
]);

export function zipkinSpan(span: TraceSpan): ZipkinSpan {
  const kind = KINDS.get(span.kind);
  const local = localEndpoint(span);
  const remote = remoteEndpoint(span);
  const tags = tagsOf(span);
  const duration = durationOf(span.durationNs);
  return {
    traceId: zipkinTraceId(span.traceId),
    ...(span.parentSpanId !== '' && { parentId: span.parentSpanId }),
    id: span.spanId,
    ...(kind !== undefined && { kind }),
    ...(span.name !== '' && { name: span.name }),
    ...(hasTimestamp(span) && { timestamp: microseconds(span.startNs) }),
    ...(duration > 0 && { duration }),
    ...(local !== null && { localEndpoint: local }),
    ...(remote !== null && { remoteEndpoint: remote }),
    ...(span.events.length > 0 && { annotations: span.events.map(annotation) }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(span.attributes[SHARED_ATTRIBUTE] === 'true' && { shared: true }),
    ...(span.attributes[DEBUG_ATTRIBUTE] === 'true' && { debug: true }),
  };
}

/** The start of a span that came without one is when it was received. */
function hasTimestamp({ startNs, attributes }: TraceSpan): boolean {
  return startNs > 0n && attributes[NO_TIMESTAMP_ATTRIBUTE] !== 'true';
}

/** Ids of 64 bits have 16 digits in Zipkin, all others 32. */
export function zipkinTraceId(traceId: string): string {
  return traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
}

/** What took less than a microsecond took one: no duration at all means an unfinished span. */
function durationOf(ns: bigint): number {
  return ns > 0n && ns < 1000n ? 1 : microseconds(ns);
}

function microseconds(ns: bigint): number {
  return Number(ns / 1000n);
}

/** Attributes that Zipkin has fields for. */
const FIELDS: ReadonlySet<string> = new Set([
  ...['service.name', SHARED_ATTRIBUTE, DEBUG_ATTRIBUTE, NO_TIMESTAMP_ATTRIBUTE],
  ...ENDPOINT_ATTRIBUTES,
]);

function tagsOf(span: TraceSpan): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const attributes of [span.resourceAttributes, span.attributes]) {
    for (const [key, value] of Object.entries(attributes)) if (!FIELDS.has(key)) tags[key] = value;
  }
  if (span.scopeName !== '') tags['otel.scope.name'] = span.scopeName;
  if (span.scopeVersion !== '') tags['otel.scope.version'] = span.scopeVersion;
  if (span.traceState !== '') tags['w3c.tracestate'] = span.traceState;
  for (const [index, link] of span.links.entries()) {
    const { traceId, spanId, traceState, attributes } = link;
    tags[`otlp.link.${index}`] = `${traceId}|${spanId}|${traceState}|${typedJson(attributes)}|0`;
  }
  addStatus(tags, span);
  return tags;
}

/**
 * Zipkin takes any span with an `error` tag for failed, whatever the tag says. One that came from Zipkin has that tag still, and
 * its status says no more.
 */
function addStatus(tags: Record<string, string>, { status, statusMessage }: TraceSpan): void {
  if (tags['error'] === 'false') delete tags['error'];
  if (status === 'Ok') tags['otel.status_code'] = 'OK';
  if (status !== 'Error') return;
  if (tags['error'] === statusMessage || (tags['error'] === 'true' && statusMessage === '')) return;
  tags['otel.status_code'] = 'ERROR';
  if (statusMessage !== '') tags['error'] = statusMessage;
  else tags['error'] ??= '';
}

/** `"name": {"key":"value"}`; an event without attributes is its name alone. */
function annotation({ timeNs, name, attributes }: TraceSpan['events'][number]): Annotation {
  const bare = Object.keys(attributes).length === 0;
  return {
    timestamp: microseconds(timeNs),
    value: bare ? name : `${JSON.stringify(name)}: ${typedJson(attributes)}`,
  };
}

function typedJson(attributes: Attributes): string {
  const members = Object.entries(attributes).map(([key, text]) => {
    const { type } = attributeValue(text);
    return `${JSON.stringify(key)}:${type === 'string' ? JSON.stringify(text) : text}`;
  });
  return `{${members.join(',')}}`;
}
