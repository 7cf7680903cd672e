/** What is looked at, client by client: the columns of the table. */
import type { ArrivedSpan } from './arrived_spans.ts';

export const FEATURES = {
  spans: 'spans',
  text: 'text',
  bool: 'bool',
  int64: 'int64',
  double: 'double',
  array: 'array',
  map: 'map',
  bytes: 'bytes',
  events: 'events',
  exception: 'exception',
  links: 'links',
  status: 'status',
  kinds: 'kinds',
  resource: 'resource',
  scope: 'scope',
  remote: 'peer',
  shared: 'shared span',
  shortId: '64-bit id',
  sampling: 'sampling',
  stored: 'stored',
} as const;

export type Feature = keyof typeof FEATURES;

/** A span as the client itself tells that it sent it. */
export interface ToldSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startNs: string;
  /** Null where the client does not say. */
  readonly endNs: string | null;
}

export interface Told {
  readonly spans: readonly ToldSpan[];
}

/** All that is known of a client's run. */
export interface Evidence {
  readonly service: string;
  readonly told: Told;
  /** In the topic, of this service and of its callee. */
  readonly arrived: readonly ArrivedSpan[];
}

/** Says what is wrong, or null. */
export type Check = (evidence: Evidence) => string | null;

export type Expectation =
  | { readonly kind: 'check'; readonly check: Check; readonly isText: boolean }
  /** Why a client is not asked for it. */
  | { readonly kind: 'absent'; readonly of: 'protocol' | 'client' };

export type Expectations = Readonly<Record<Exclude<Feature, 'stored'>, Expectation>>;

export const NOT_IN_PROTOCOL: Expectation = { kind: 'absent', of: 'protocol' };
export const NOT_IN_CLIENT: Expectation = { kind: 'absent', of: 'client' };

/** Arrives with its type. */
export function whole(...checks: readonly Check[]): Expectation {
  return { kind: 'check', check: all(checks), isText: false };
}

/** The protocol, or the client before it, knows text alone: the text arrives. */
export function asText(...checks: readonly Check[]): Expectation {
  return { kind: 'check', check: all(checks), isText: true };
}

function all(checks: readonly Check[]): Check {
  return (evidence) => checks.map((check) => check(evidence)).find((fault) => fault !== null) ?? null;
}
