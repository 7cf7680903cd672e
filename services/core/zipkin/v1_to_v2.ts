/**
 * Zipkin's v1 model to v2: a span of several hosts becomes one of each, and what v2 has fields for is found among the
 * annotations.
 *
 *     cs cr  client sent, received      sr ss  server received, sent        a pair is a call, as its host saw it
 *     ms ws  message sent, on the wire  mr wr  message received, from the wire
 *     sa ca ma                          addresses of server, client and broker, as binary annotations
 *     lc                                the component of a span that is local; an empty one says no more than that
 *
 * Source: Zipkin's own V1SpanConverter, which OpenTelemetry's specification refers to. Unlike there, numbers and other types
 * of binary annotations are kept.
 */
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, KIND_SERVER, KIND_UNSPECIFIED } from '../otlp/fields.ts';
import type { Endpoint, ZipkinSpan } from './span.ts';
import { addSide, sideOf, Sides, spansOf, type Side } from './v1_sides.ts';
import type { BinaryAnnotation, V1Annotation, V1Span } from './v1_span.ts';

export function v1ToV2(span: V1Span): ZipkinSpan[] {
  const sides = new Sides();
  const core = sortAnnotations(sides, span);
  addMissingStarts(core, span);
  timeCall(sides, core, span);
  timeMessage(sides, core, span);
  const addresses = addTags(sides, span);
  addRemoteEndpoints(sides, core, addresses);
  return spansOf(span, sides);
}

/** A core annotation has an endpoint. */
type CoreAnnotation = V1Annotation & { readonly endpoint: Endpoint };
type CoreName = 'cs' | 'cr' | 'sr' | 'ss' | 'ms' | 'mr' | 'ws' | 'wr';
type Core = Partial<Record<CoreName, CoreAnnotation>>;

/** The kind that each makes of its host's span; a wire annotation says nothing of it. */
const CORE_KINDS: ReadonlyMap<string, number> = new Map([
  ['cs', KIND_CLIENT],
  ['cr', KIND_CLIENT],
  ['sr', KIND_SERVER],
  ['ss', KIND_SERVER],
  ['ms', KIND_PRODUCER],
  ['mr', KIND_CONSUMER],
  ['ws', KIND_UNSPECIFIED],
  ['wr', KIND_UNSPECIFIED],
]);

/** All that are not core annotations go to their hosts' sides. */
function sortAnnotations(sides: Sides, { annotations }: V1Span): Core {
  const core: Core = {};
  for (const annotation of annotations) {
    const side = sideOf(sides, annotation.endpoint);
    const kind = CORE_KINDS.get(annotation.value);
    if (kind === undefined || annotation.endpoint === null) {
      annotate(side, annotation);
    } else {
      if (kind !== KIND_UNSPECIFIED) side.kind = kind;
      core[annotation.value as CoreName] = annotation as CoreAnnotation;
    }
  }
  return core;
}

function annotate(side: Side, { timestampUs, value }: V1Annotation): void {
  side.annotations.push({ timestampUs, value });
}

/** Where only the end was annotated, and it agrees with the span's own times, the span's start is that of the call. */
function addMissingStarts(core: Core, span: V1Span): void {
  const { timestampUs, durationUs } = span;
  const startOf = (end: CoreAnnotation | undefined): CoreAnnotation | undefined => {
    const isEnd = timestampUs !== 0n && durationUs !== 0n && end?.timestampUs === timestampUs + durationUs;
    return isEnd ? { ...end, timestampUs } : undefined;
  };
  const clientStart = core.cs ?? startOf(core.cr);
  const serverStart = core.sr ?? startOf(core.ss);
  if (clientStart !== undefined) core.cs = clientStart;
  if (serverStart !== undefined) core.sr = serverStart;
}

function timeCall(sides: Sides, core: Core, span: V1Span): void {
  const { cs, cr, sr, ss } = core;
  if (cs !== undefined && sr !== undefined) timeBothEnds(sides, core, span);
  else if (cs !== undefined && cr !== undefined) setTimes(sides, span, cs, cr);
  else if (sr !== undefined && ss !== undefined) setTimes(sides, span, sr, ss);
  else timeIncomplete(sides, core, span);
  // v1 cannot say that an id is shared: a server that has it from its client leaves the times to that.
  const leavesTimes = span.timestampUs === 0n || (ss !== undefined && span.durationUs === 0n);
  if (cs === undefined && sr !== undefined && leavesTimes) sideOf(sides, sr.endpoint).shared = true;
}

/** The span's own times are the client's. */
function timeBothEnds(sides: Sides, { cs, cr, sr, ss }: Core, span: V1Span): void {
  if (cs === undefined || sr === undefined) return;
  setTimes(sides, span, cs, cr);
  const client = sideOf(sides, cs.endpoint);
  const server = otherEnd(sides, client, sr.endpoint);
  client.kind = KIND_CLIENT;
  server.kind = KIND_SERVER;
  server.shared = true;
  server.timestampUs = sr.timestampUs;
  server.durationUs = ss === undefined ? 0n : ss.timestampUs - sr.timestampUs;
  // One way: nobody knows how long.
  if (cr === undefined && span.durationUs === 0n) client.durationUs = 0n;
}

/** A service that calls itself has two sides all the same. */
function otherEnd(sides: Sides, end: Side, endpoint: Endpoint): Side {
  const other = sideOf(sides, endpoint);
  return other === end ? addSide(sides, endpoint) : other;
}

/** The span's own times where it has both, else those of the annotations. */
function setTimes(sides: Sides, span: V1Span, begin: CoreAnnotation, end: CoreAnnotation | undefined): void {
  const side = sideOf(sides, begin.endpoint);
  const hasTimes = span.timestampUs !== 0n && span.durationUs !== 0n;
  side.timestampUs = hasTimes ? span.timestampUs : begin.timestampUs;
  if (hasTimes) side.durationUs = span.durationUs;
  else if (end !== undefined) side.durationUs = end.timestampUs - begin.timestampUs;
}

/** An end without its beginning stays an annotation. */
function timeIncomplete(sides: Sides, { cs, cr, sr, ss }: Core, span: V1Span): void {
  for (const side of sides.all) {
    const [begin, end] = side.kind === KIND_CLIENT ? [cs, cr] : side.kind === KIND_SERVER ? [sr, ss] : [];
    if (begin !== undefined) side.timestampUs = begin.timestampUs;
    if (end !== undefined) annotate(side, end);
  }
  if (span.timestampUs === 0n) return;
  sides.first.timestampUs = span.timestampUs;
  sides.first.durationUs = span.durationUs;
}

function timeMessage(sides: Sides, { ms, mr, ws, wr }: Core, span: V1Span): void {
  if (ms !== undefined && mr !== undefined) {
    const producer = sideOf(sides, ms.endpoint);
    const consumer = otherEnd(sides, producer, mr.endpoint);
    producer.kind = KIND_PRODUCER;
    producer.timestampUs = ms.timestampUs;
    producer.durationUs = ws === undefined ? 0n : ws.timestampUs - ms.timestampUs;
    consumer.kind = KIND_CONSUMER;
    consumer.shared = true;
    consumer.timestampUs = (wr ?? mr).timestampUs;
    consumer.durationUs = wr === undefined ? 0n : mr.timestampUs - wr.timestampUs;
  } else if (ms !== undefined) {
    setTimes(sides, span, ms, ws);
  } else if (mr !== undefined) {
    setTimes(sides, span, wr ?? mr, wr === undefined ? undefined : mr);
  } else {
    for (const one of [ws, wr]) if (one !== undefined) annotate(sideOf(sides, one.endpoint), one);
  }
}

interface Addresses {
  sa: Endpoint | null;
  ca: Endpoint | null;
  ma: Endpoint | null;
}

function addTags(sides: Sides, { binaryAnnotations }: V1Span): Addresses {
  const addresses: Addresses = { sa: null, ca: null, ma: null };
  for (const annotation of binaryAnnotations) {
    const { key, value, endpoint } = annotation;
    if (isAddress(annotation)) {
      addresses[key as keyof Addresses] = endpoint;
      continue;
    }
    const side = sideOf(sides, endpoint);
    if (key !== 'lc' || value !== '') side.tags.set(key, value);
  }
  return addresses;
}

function isAddress({ key, value, endpoint }: BinaryAnnotation): boolean {
  return value === true && endpoint !== null && (key === 'sa' || key === 'ca' || key === 'ma');
}

function addRemoteEndpoints(sides: Sides, core: Core, { sa, ca, ma }: Addresses): void {
  const client = core.cs ?? core.cr;
  const server = core.sr ?? core.ss;
  if (client === undefined && server === undefined && (ca !== null || sa !== null)) {
    addBareAddresses(sides, sa, ca);
    return;
  }
  if (ca !== null && server !== undefined) {
    const remote = callerOf(ca, server.endpoint);
    if (remote !== null) sideWithKind(sides, server.endpoint, KIND_SERVER).remoteEndpoint = remote;
  }
  if (sa !== null && client !== undefined) {
    sideWithKind(sides, client.endpoint, KIND_CLIENT).remoteEndpoint = sa;
  }
  if (ma === null) return;
  if (core.ms !== undefined) sideWithKind(sides, core.ms.endpoint, KIND_PRODUCER).remoteEndpoint = ma;
  if (core.mr !== undefined) sideWithKind(sides, core.mr.endpoint, KIND_CONSUMER).remoteEndpoint = ma;
}

/** Addresses alone: with the client's it is a server's span, with both it is the client's, which is then its endpoint. */
function addBareAddresses(sides: Sides, sa: Endpoint | null, ca: Endpoint | null): void {
  if (ca !== null && sa !== null) {
    sideOf(sides, ca).remoteEndpoint = sa;
  } else if (sa !== null) {
    sides.first.remoteEndpoint = sa;
  } else {
    sides.first.kind = KIND_SERVER;
    sides.first.remoteEndpoint = ca;
  }
}

/** Finagle names the client's port with the server's own name: a name that would make the service its own caller. */
function callerOf(ca: Endpoint, server: Endpoint): Endpoint | null {
  if (ca.serviceName !== server.serviceName) return ca;
  const { ipv4, ipv6, port } = ca;
  const isSame = ipv4 === server.ipv4 && ipv6 === server.ipv6 && port === server.port;
  return isSame ? null : { ...ca, serviceName: '' };
}

/** Where a service called itself, the side of that end. */
function sideWithKind(sides: Sides, endpoint: Endpoint, kind: number): Side {
  const { serviceName } = endpoint;
  const same = sides.all.find((one) => one.kind === kind && one.localEndpoint?.serviceName === serviceName);
  return same ?? sideOf(sides, endpoint);
}
