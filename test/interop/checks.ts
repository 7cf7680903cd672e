/** What can be asked of the spans that arrived. Each gives a check that says what is wrong, or null. */
import type { ArrivedEvent, ArrivedSpan } from './arrived_spans.ts';
import type { Check, Evidence, ToldSpan } from './features.ts';

type Attributes = Readonly<Record<string, string>>;

/** The span of that name and of the client's own service, or of none, or what is wrong. */
function oneSpan({ arrived, service }: Evidence, name: string): ArrivedSpan | string {
  const found = arrived.filter((span) => span.name === name && ['', service].includes(span.service));
  if (found.length > 1) return `${found.length} spans are named ${name}`;
  return found[0] ?? `no span is named ${name}`;
}

function onSpan(name: string, look: (span: ArrivedSpan) => string | null): Check {
  return (evidence) => {
    const span = oneSpan(evidence, name);
    return typeof span === 'string' ? span : look(span);
  };
}

/** All that the client says it sent is there once, and nothing else; times may differ by what the protocol rounds away. */
export function sameSpans(toleranceNs: bigint): Check {
  return ({ told, arrived }) => {
    if (told.spans.length === 0) return 'the client sent nothing';
    if (arrived.length !== told.spans.length) {
      return `${told.spans.length} spans were sent and ${arrived.length} arrived`;
    }
    for (const span of told.spans) {
      const same = arrived.filter((one) => isSame(one, span, toleranceNs));
      if (same.length === 0) return `${span.name} did not arrive as sent: ${JSON.stringify(span)}`;
    }
    return null;
  };
}

function isSame(one: ArrivedSpan, told: ToldSpan, toleranceNs: bigint): boolean {
  return (
    one.name === told.name &&
    one.traceId === told.traceId &&
    one.spanId === told.spanId &&
    one.parentSpanId === told.parentSpanId &&
    isNear(one.startNs, BigInt(told.startNs), toleranceNs) &&
    // The end is a start and a duration in Zipkin and Jaeger: two roundings.
    (told.endNs === null || isNear(one.endNs, BigInt(told.endNs), 2n * toleranceNs))
  );
}

function isNear(one: bigint, other: bigint, toleranceNs: bigint): boolean {
  const difference = one > other ? one - other : other - one;
  return difference <= toleranceNs;
}

export function attributes(name: string, expected: Attributes): Check {
  return onSpan(name, (span) => attributesFault(name, span.attributes, expected));
}

export function resource(expected: Attributes): Check {
  return onSpan('root', (span) => attributesFault('the resource', span.resource, expected));
}

function attributesFault(of: string, is: Attributes, should: Attributes): string | null {
  for (const [key, value] of Object.entries(should)) {
    if (is[key] !== value) return `${of}: ${key} is ${is[key] ?? 'not there'}, not ${value}`;
  }
  return null;
}

export function noAttribute(name: string, keys: readonly string[]): Check {
  return onSpan(name, (span) => {
    const key = keys.find((one) => one in span.attributes);
    return key === undefined ? null : `${name}: ${key} is left among the attributes`;
  });
}

export function kind(name: string, expected: string): Check {
  return onSpan(name, (span) =>
    span.kind === expected ? null : `${name}: kind ${span.kind}, not ${expected}`,
  );
}

export function status(name: string, code: string, message: string): Check {
  return onSpan(name, (span) =>
    span.status === code && span.statusMessage === message
      ? null
      : `${name}: status ${span.status} '${span.statusMessage}', not ${code} '${message}'`,
  );
}

export function scope(name: string, version: string): Check {
  return onSpan('root', ({ scopeName, scopeVersion }) =>
    scopeName === name && scopeVersion === version
      ? null
      : `scope '${scopeName}' '${scopeVersion}', not '${name}' '${version}'`,
  );
}

export interface ExpectedEvent {
  readonly name: string;
  readonly attributes: Attributes;
  /** Nanoseconds since the start of the span; absent where the client does not choose. */
  readonly afterNs?: bigint;
  readonly atNs?: bigint;
}

export function events(name: string, expected: readonly ExpectedEvent[], toleranceNs = 0n): Check {
  return onSpan(name, (span) => {
    if (span.events.length !== expected.length) {
      return `${name}: ${span.events.length} events, not ${expected.length}`;
    }
    const faults = expected.map((event, index) => eventFault(span, span.events[index], event, toleranceNs));
    return faults.find((fault) => fault !== null) ?? null;
  });
}

function eventFault(
  span: ArrivedSpan,
  event: ArrivedEvent | undefined,
  { name, attributes: wanted, afterNs, atNs }: ExpectedEvent,
  toleranceNs: bigint,
): string | null {
  if (event?.name !== name) return `${span.name}: event '${event?.name ?? ''}', not '${name}'`;
  const time = atNs ?? (afterNs === undefined ? null : span.startNs + afterNs);
  // One rounding of the start, one of the event.
  if (time !== null && !isNear(event.timeNs, time, 2n * toleranceNs)) {
    return `${span.name}: event '${name}' at ${event.timeNs}, not ${time}`;
  }
  const [is, should] = [Object.keys(event.attributes).length, Object.keys(wanted).length];
  if (is < should) return `${span.name}: event '${name}' has ${is} attributes, not ${should}`;
  return attributesFault(`${span.name}: event '${name}'`, event.attributes, wanted);
}

export interface ExpectedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: Attributes;
}

export function links(name: string, expected: ExpectedLink): Check {
  return onSpan(name, (span) => {
    const [link] = span.links;
    if (link === undefined || span.links.length > 1) return `${name}: ${span.links.length} links, not one`;
    for (const key of ['traceId', 'spanId', 'traceState'] as const) {
      if (link[key] !== expected[key]) return `${name}: link's ${key} is ${link[key]}, not ${expected[key]}`;
    }
    return attributesFault(`${name}: link`, link.attributes, expected.attributes);
  });
}

/** B3: the server's half of a span has the id of the client's, and comes from the callee. */
export const sharedHalves: Check = ({ arrived, service }) => {
  const halves = arrived.filter(({ name }) => name === 'shared');
  const [ours, theirs] = [service, `${service}-callee`].map((of) =>
    halves.find((half) => half.service === of),
  );
  if (ours === undefined || theirs === undefined) return `${halves.length} halves arrived, not two`;
  if (ours.kind !== 'client' || theirs.kind !== 'server') return `halves are ${ours.kind} and ${theirs.kind}`;
  if (ours.spanId !== theirs.spanId || ours.traceId !== theirs.traceId)
    return 'the halves have different ids';
  return null;
};

/** Ids of 64 bits are filled up with zeros. */
export function shortTraceId(name: string): Check {
  return onSpan(name, ({ traceId }) =>
    /^0{16}(?!0{16})[0-9a-f]{16}$/.test(traceId) ? null : `trace id ${traceId} is not one of 64 bits`,
  );
}
