/**
 * A Zipkin span as an OTLP Span message, with what its resource and scope hold.
 *
 * Not for reading Zipkin's formats nor for grouping (request.ts). Microseconds become nanoseconds by bigint, exactly.
 * A span without a timestamp begins with its first annotation. One that has none either begins at 0, which says nothing, and
 * an attribute says so: the pipeline takes the time of receipt, as for any clock that cannot be believed.
 */
import * as field from '../otlp/fields.ts';
import {
  writeAttribute,
  writeId,
  writeNumber,
  writeStatus,
  writeText,
  writeUnixNano,
  type AttributeValue,
} from '../otlp/span_writer.ts';
import { beginLengthField, endLengthField, writeLengthField, type WireWriter } from '../wire/writer.ts';
import { eventOf } from './event.ts';
import type { Link } from './link.ts';
import {
  DEBUG_ATTRIBUTE,
  LOCAL_ADDRESS,
  NO_TIMESTAMP_ATTRIBUTE,
  REMOTE_ADDRESS,
  REMOTE_SERVICE,
  SHARED_ATTRIBUTE,
  type Annotation,
  type Endpoint,
  type ZipkinSpan,
} from './span.ts';
import type { TagMeaning, Tags } from './tags.ts';

/** Writes the content of the Span message. */
export function writeSpanFields(writer: WireWriter, span: ZipkinSpan, meaning: TagMeaning): void {
  const startUs = startOf(span);
  writeId(writer, field.SPAN_TRACE_ID, span.traceId);
  writeId(writer, field.SPAN_SPAN_ID, span.id);
  writeText(writer, field.SPAN_TRACE_STATE, meaning.traceState);
  writeId(writer, field.SPAN_PARENT_SPAN_ID, span.parentId);
  writeText(writer, field.SPAN_NAME, span.name);
  writeNumber(writer, field.SPAN_KIND, meaning.kind);
  writeUnixNano(writer, field.SPAN_START_TIME, nanoseconds(startUs));
  writeUnixNano(
    writer,
    field.SPAN_END_TIME,
    nanoseconds(span.durationUs > 0n ? startUs + span.durationUs : startUs),
  );
  for (const [key, value] of attributesOf(span, meaning.attributes, startUs)) {
    writeAttribute(writer, field.SPAN_ATTRIBUTES, key, value);
  }
  for (const annotation of span.annotations) writeEvent(writer, annotation);
  for (const link of meaning.links) writeLink(writer, link);
  writeStatus(writer, meaning.status.code, meaning.status.message);
}

function startOf({ timestampUs, annotations }: ZipkinSpan): bigint {
  if (timestampUs > 0n) return timestampUs;
  let first = 0n;
  for (const annotation of annotations) {
    const at = annotation.timestampUs;
    if (at > 0n && (first === 0n || at < first)) first = at;
  }
  return first;
}

/** What the tags say counts more than the endpoints, as the specification has it for `peer.service`. */
function attributesOf(span: ZipkinSpan, tags: Tags, startUs: bigint): Tags {
  const attributes: Tags = new Map(tags);
  addEndpoint(attributes, span.localEndpoint, LOCAL_ADDRESS);
  addEndpoint(attributes, span.remoteEndpoint, REMOTE_ADDRESS);
  const peer = span.remoteEndpoint?.serviceName ?? '';
  if (peer !== '') addMissing(attributes, REMOTE_SERVICE, peer);
  if (span.shared) attributes.set(SHARED_ATTRIBUTE, 'true');
  if (span.debug) attributes.set(DEBUG_ATTRIBUTE, 'true');
  if (startUs === 0n) attributes.set(NO_TIMESTAMP_ATTRIBUTE, true);
  return attributes;
}

/** Of two addresses the IPv4 one is the address; the other one has an attribute of ours. */
function addEndpoint(
  attributes: Tags,
  endpoint: Endpoint | null,
  keys: Record<'ip' | 'port' | 'ipv6', string>,
): void {
  if (endpoint === null) return;
  const { ipv4, ipv6, port } = endpoint;
  if (ipv4 !== '') addMissing(attributes, keys.ip, ipv4);
  if (ipv6 !== '') addMissing(attributes, ipv4 === '' ? keys.ip : keys.ipv6, ipv6);
  if (port !== 0) addMissing(attributes, keys.port, BigInt(port));
}

function addMissing(attributes: Tags, key: string, value: AttributeValue): void {
  if (!attributes.has(key)) attributes.set(key, value);
}

function writeEvent(writer: WireWriter, { timestampUs, value }: Annotation): void {
  const { name, attributes, droppedAttributes } = eventOf(value);
  const event = beginLengthField(writer, field.SPAN_EVENTS);
  writeUnixNano(writer, field.EVENT_TIME, nanoseconds(timestampUs));
  writeText(writer, field.EVENT_NAME, name);
  for (const [key, of] of attributes) writeAttribute(writer, field.EVENT_ATTRIBUTES, key, of);
  writeNumber(writer, field.EVENT_DROPPED_ATTRIBUTES, droppedAttributes);
  endLengthField(writer, event);
}

function writeLink(writer: WireWriter, link: Link): void {
  const start = beginLengthField(writer, field.SPAN_LINKS);
  writeLengthField(writer, field.LINK_TRACE_ID, link.traceId);
  writeLengthField(writer, field.LINK_SPAN_ID, link.spanId);
  writeText(writer, field.LINK_TRACE_STATE, link.traceState);
  for (const [key, value] of link.attributes) writeAttribute(writer, field.LINK_ATTRIBUTES, key, value);
  writeNumber(writer, field.LINK_DROPPED_ATTRIBUTES, link.droppedAttributes);
  endLengthField(writer, start);
}

/** The latest moment that signed 64 bits hold, in 2262. */
const LAST_NS = 2n ** 63n - 1n;

/** Times before 1970 are none. */
function nanoseconds(us: bigint): bigint {
  if (us <= 0n) return 0n;
  const ns = us * 1000n;
  return ns < LAST_NS ? ns : LAST_NS;
}
