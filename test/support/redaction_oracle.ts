/** Redaction as it reads in plain words, on decoded messages: what the pass over the wire format must equal. */
import type { opentelemetry } from '../../proto/generated/index.js';
import { testHash } from './redaction.ts';

type Traces = opentelemetry.proto.trace.v1.TracesData.$Properties;
type KeyValues = opentelemetry.proto.common.v1.KeyValue.$Properties[];
type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;

export interface PlainRule {
  readonly id: string;
  readonly action: 'keep' | 'drop' | 'hash' | 'mask' | 'truncate';
  readonly attribute?: string;
  readonly place?: readonly string[];
  readonly scope?: string;
  readonly service?: string;
  readonly value?: { readonly pattern: string };
  readonly bytes?: number;
}

export interface PlainPolicy {
  readonly rules: readonly PlainRule[];
  readonly limits?: Readonly<Record<string, number>>;
}

interface Where {
  readonly place: string;
  readonly service: string;
  readonly scope: string | null;
}

const ATTRIBUTE_PLACES = ['resource', 'scope', 'span', 'event', 'link'];
const TEXT_PLACES = ['span-name', 'status-message', 'event-name'];
const DROP = Symbol('drop');
const HASH_LENGTH = 'hmac:'.length + 32;

export function oracle(policy: PlainPolicy, traces: Traces): Traces {
  const { limits = {} } = policy;
  const max = (name: string): number => limits[name] ?? Infinity;
  for (const ofResource of traces.resourceSpans ?? []) {
    const service = serviceOf(ofResource.resource?.attributes ?? []);
    const at = (place: string, scope: string | null): Where => ({ place, service, scope });
    if (ofResource.resource) limited(ofResource.resource, policy, at('resource', null), Infinity);
    for (const ofScope of ofResource.scopeSpans ?? []) {
      const scope = ofScope.scope?.name ?? '';
      if (ofScope.scope) limited(ofScope.scope, policy, at('scope', scope), Infinity);
      for (const span of ofScope.spans ?? []) {
        span.name = text(policy, at('span-name', scope), span.name, max('name-bytes'));
        span.traceState = text(policy, at('trace-state', scope), span.traceState, Infinity);
        if (span.status) {
          span.status.message = text(
            policy,
            at('status-message', scope),
            span.status.message,
            max('value-bytes'),
          );
        }
        limited(span, policy, at('span', scope), max('span-attributes'));
        const events = (span.events ?? []).slice(0, max('events'));
        const links = (span.links ?? []).slice(0, max('links'));
        span.droppedEventsCount = raised(span.droppedEventsCount, (span.events ?? []).length - events.length);
        span.droppedLinksCount = raised(span.droppedLinksCount, (span.links ?? []).length - links.length);
        span.events = events;
        span.links = links;
        for (const event of events) {
          event.name = text(policy, at('event-name', scope), event.name, max('name-bytes'));
          limited(event, policy, at('event', scope), max('event-attributes'));
        }
        for (const link of links) {
          link.traceState = text(policy, at('trace-state', scope), link.traceState, Infinity);
          limited(link, policy, at('link', scope), max('link-attributes'));
        }
      }
    }
  }
  return traces;
}

const raised = (count: number | null | undefined, by: number): number =>
  Math.min(0xffff_ffff, (count ?? 0) + by);

function serviceOf(attributes: KeyValues): string {
  const names = attributes.filter(
    ({ key, value }) => key === 'service.name' && typeof value?.stringValue === 'string',
  );
  return names.at(-1)?.value?.stringValue || 'unknown_service';
}

function limited(
  owner: { attributes?: KeyValues | null; droppedAttributesCount?: number | null },
  policy: PlainPolicy,
  where: Where,
  max: number,
): void {
  const kept: KeyValues = [];
  let dropped = 0;
  for (const pair of owner.attributes ?? []) {
    if (kept.length >= max || tooLong(policy, pair.key)) dropped++;
    else if (redactPair(policy, where, pair, [], null) !== DROP) kept.push(pair);
  }
  owner.attributes = kept;
  owner.droppedAttributesCount = raised(owner.droppedAttributesCount, dropped);
}

const tooLong = ({ limits }: PlainPolicy, key: string | null | undefined): boolean =>
  Buffer.byteLength(key ?? '') > (limits?.['name-bytes'] ?? Infinity);

/** `names` are the paths that rules may mean; `final` is the rule that has decided for all that is within. */
function redactPair(
  policy: PlainPolicy,
  where: Where,
  pair: opentelemetry.proto.common.v1.KeyValue.$Properties,
  outer: readonly string[],
  decided: readonly PlainRule[] | null,
): typeof DROP | null {
  const key = pair.key ?? '';
  const path = [...outer, key];
  const names = path.flatMap((_, i) => [path.slice(0, i + 1).join('.'), path[i] ?? '']);
  const rules = decided ?? upToFinal(policy.rules.filter((rule) => concerns(rule, where, names)));
  const last = rules.at(-1);
  const isFinal = last !== undefined && last.value === undefined;
  if (isFinal && last.action === 'drop' && rules.length === 1) return DROP;
  const leaves = { count: 0 };
  const result = redactValue(policy, where, pair.value ?? null, path, rules, isFinal, leaves);
  if (result === DROP || (isFinal && last.action === 'drop' && leaves.count === 0)) return DROP;
  if (result !== null) pair.value = result;
  return null;
}

function upToFinal(rules: readonly PlainRule[]): readonly PlainRule[] {
  const final = rules.findIndex(({ value }) => value === undefined);
  return final < 0 ? rules : rules.slice(0, final + 1);
}

function concerns(
  rule: PlainRule,
  { place, service, scope }: Where,
  names: readonly string[] | null,
): boolean {
  const places =
    rule.place ?? (rule.attribute === undefined ? [...ATTRIBUTE_PLACES, ...TEXT_PLACES] : ATTRIBUTE_PLACES);
  return (
    places.includes(place) &&
    (rule.service === undefined || globbed(rule.service, service)) &&
    (rule.scope === undefined || (scope !== null && globbed(rule.scope, scope))) &&
    (rule.attribute === undefined || names?.some((name) => globbed(rule.attribute ?? '', name)) === true)
  );
}

function globbed(glob: string, name: string): boolean {
  const source = Array.from(glob, (letter) =>
    letter === '*' ? '[^]*' : letter === '?' ? '[^]' : letter.replace(/[.*+?^${}()|[\]\\]/, '\\$&'),
  ).join('');
  return new RegExp(`^${source}$`, 'iu').test(name);
}

function redactValue(
  policy: PlainPolicy,
  where: Where,
  value: AnyValue | null,
  path: readonly string[],
  rules: readonly PlainRule[],
  isFinal: boolean,
  leaves: { count: number },
): AnyValue | typeof DROP | null {
  if (value?.arrayValue) {
    const values: AnyValue[] = [];
    for (const item of value.arrayValue.values ?? []) {
      const result = redactValue(policy, where, item, path, rules, isFinal, leaves);
      if (result === DROP) return DROP;
      values.push(result ?? item);
    }
    return { arrayValue: { values } };
  }
  if (value?.kvlistValue) {
    const values = (value.kvlistValue.values ?? []).filter((pair) => {
      if (tooLong(policy, pair.key)) return false;
      const isKept = redactPair(policy, where, pair, path, isFinal ? rules : null) !== DROP;
      if (isKept) leaves.count++;
      return isKept;
    });
    return { kvlistValue: { values } };
  }
  return redactLeaf(policy, value, rules, leaves);
}

function redactLeaf(
  policy: PlainPolicy,
  value: AnyValue | null,
  rules: readonly PlainRule[],
  leaves: { count: number },
): AnyValue | typeof DROP | null {
  const before = leafText(value);
  if (before === null || value === null) return null;
  leaves.count++;
  const kind =
    typeof value.stringValue === 'string' ? 'text' : typeof value.boolValue === 'boolean' ? 'bool' : 'number';
  let after = before;
  for (const rule of rules) {
    const matches = rule.value === undefined || kind === 'bool' ? [] : found(after, rule.value.pattern);
    if (rule.value !== undefined && matches.length === 0) continue;
    if (rule.action === 'drop') return DROP;
    if (rule.action === 'keep') break;
    if (rule.action === 'truncate') {
      if (kind === 'text') after = cut(after, rule.bytes ?? 0);
      break;
    }
    if (rule.value === undefined) {
      after = act(rule, after);
      break;
    }
    for (const [start, end] of matches.reverse()) {
      after = after.slice(0, start) + act(rule, after.slice(start, end)) + after.slice(end);
    }
  }
  if (kind !== 'text' && after === before) return null;
  return { stringValue: cut(after, policy.limits?.['value-bytes'] ?? Infinity) };
}

/** Where the pattern matches, but for what a rule before has made a hash of. */
function found(text: string, pattern: string): [start: number, end: number][] {
  const hashes = [...text.matchAll(/hmac:[0-9a-f]{32}/g)].map(({ index }) => index);
  const rest: [number, number][] = [];
  for (const match of text.matchAll(new RegExp(pattern, 'gu'))) {
    let start = match.index;
    const end = start + match[0].length;
    for (const hash of hashes) {
      if (hash >= end || hash + HASH_LENGTH <= start) continue;
      if (hash > start) rest.push([start, hash]);
      start = Math.max(start, hash + HASH_LENGTH);
    }
    if (start < end) rest.push([start, end]);
  }
  return rest;
}

function leafText(value: AnyValue | null): string | null {
  if (typeof value?.stringValue === 'string') return value.stringValue;
  if (value?.intValue != null) return value.intValue.toString();
  if (typeof value?.doubleValue === 'number')
    return Object.is(value.doubleValue, -0) ? '-0' : String(value.doubleValue);
  return typeof value?.boolValue === 'boolean' ? String(value.boolValue) : null;
}

function act(rule: PlainRule, text: string): string {
  if (rule.action === 'mask') return '***';
  if (/^hmac:[0-9a-f]{32}$/.test(text)) return text;
  return `hmac:${Buffer.from(testHash(Buffer.from(text)))
    .toString('hex')
    .slice(0, 32)}`;
}

function cut(text: string, bytes: number): string {
  let kept = text;
  while (Buffer.byteLength(kept) > bytes) kept = Array.from(kept).slice(0, -1).join('');
  return kept;
}

function text(
  policy: PlainPolicy,
  where: Where,
  before: string | null | undefined,
  maxBytes: number,
): string {
  if (before === null || before === undefined || before === '') return '';
  const rules = upToFinal(policy.rules.filter((rule) => concerns(rule, where, null)));
  const result = redactLeaf({ rules: [] }, { stringValue: before }, rules, { count: 0 });
  return result === DROP ? '' : cut(result?.stringValue ?? before, maxBytes);
}
