/**
 * A span of Jaeger's on its way to OTLP: tags and logs are written as they are read, the rest is kept until the span is whole.
 *
 * Not for reading (thrift_batch.ts, proto_batch.ts). One object serves all spans of a body; what it takes grows with the
 * bytes of the span and nothing else. Source of the rules: as in held_tags.ts.
 */
import * as field from '../otlp/fields.ts';
import {
  writeAttribute,
  writeId,
  writeNumber,
  writeSpan,
  writeStatus,
  writeText,
  writeUnixNano,
  type AttributeValue,
  type SpansWriter,
} from '../otlp/span_writer.ts';
import {
  beginLengthField,
  endLengthField,
  writeFixed32,
  writeTextField,
  writeVarint32,
  WireWriter,
} from '../wire/writer.ts';
import { HeldTags, holdTag, statusOf } from './held_tags.ts';

/** The numbers are those of both wire formats. */
export const CHILD_OF = 0;
export const FOLLOWS_FROM = 1;

export interface Reference {
  readonly type: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

const SAMPLED = 1;
const DEBUG = 2;
/** Beyond them references are counted as dropped links. */
const MAX_REFERENCES = 10_000;
const NO_ID = new Uint8Array();

export class JaegerSpan {
  readonly writer = new WireWriter();
  traceId: Uint8Array = NO_ID;
  spanId: Uint8Array = NO_ID;
  /** Empty or all zero where only the references tell. */
  parentSpanId: Uint8Array = NO_ID;
  operationName = '';
  flags = 0;
  startNs = 0n;
  durationNs = 0n;
  held = new HeldTags();
  references: Reference[] = [];
  droppedReferences = 0;
  warnings: string[] = [];
}

export function resetSpan(span: JaegerSpan): void {
  span.writer.reset();
  span.traceId = NO_ID;
  span.spanId = NO_ID;
  span.parentSpanId = NO_ID;
  span.operationName = '';
  span.flags = 0;
  span.startNs = 0n;
  span.durationNs = 0n;
  span.held = new HeldTags();
  span.references = [];
  span.droppedReferences = 0;
  span.warnings = [];
}

export function addTag(span: JaegerSpan, key: string, value: AttributeValue): void {
  if (!holdTag(span.held, key, value)) writeAttribute(span.writer, field.SPAN_ATTRIBUTES, key, value);
}

/** A reference to nothing (an id of zeros) is none. */
export function addReference(span: JaegerSpan, reference: Reference): void {
  if (isZero(reference.traceId) || isZero(reference.spanId)) return;
  if (span.references.length < MAX_REFERENCES) span.references.push(reference);
  else span.droppedReferences++;
}

/** Writes the span into the request, under its process and the scope that its tags name. */
export function endSpan(span: JaegerSpan, spans: SpansWriter, resource: Uint8Array): void {
  const { writer, held, flags } = span;
  const parent = parentOf(span);
  writeId(writer, field.SPAN_TRACE_ID, span.traceId);
  writeId(writer, field.SPAN_SPAN_ID, span.spanId);
  if (parent !== null) writeId(writer, field.SPAN_PARENT_SPAN_ID, parent);
  writeText(writer, field.SPAN_TRACE_STATE, held.traceState);
  writeText(writer, field.SPAN_NAME, span.operationName);
  writeNumber(writer, field.SPAN_KIND, held.kind);
  writeUnixNano(writer, field.SPAN_START_TIME, span.startNs);
  writeUnixNano(writer, field.SPAN_END_TIME, span.startNs + span.durationNs);
  if ((flags & SAMPLED) !== 0) {
    writeVarint32(writer, field.SPAN_FLAGS);
    writeFixed32(writer, SAMPLED);
  }
  // Bit 2 of OTLP's flags says something else: that the trace id is random.
  if ((flags & DEBUG) !== 0) writeAttribute(writer, field.SPAN_ATTRIBUTES, 'jaeger.debug', true);
  if (span.warnings.length > 0) {
    writeAttribute(writer, field.SPAN_ATTRIBUTES, '@jaeger@warnings', span.warnings);
  }
  endStatus(span);
  writeLinks(span, parent);
  writeSpan(spans, resource, endScope(span), writer);
}

function endStatus({ writer, held }: JaegerSpan): void {
  const status = statusOf(held);
  if (status !== null) writeStatus(writer, status.code, status.message);
  const isUsed = held.hasError || held.statusCode !== null;
  if (held.description !== null && !isUsed) {
    writeAttribute(writer, field.SPAN_ATTRIBUTES, 'otel.status_description', held.description);
  }
}

/** The contents of the scope's message. A version of no scope is an attribute again. */
function endScope({ writer, held }: JaegerSpan): Uint8Array {
  const { scopeName, scopeVersion } = held;
  if (scopeName === '') {
    if (scopeVersion !== null)
      writeAttribute(writer, field.SPAN_ATTRIBUTES, 'otel.scope.version', scopeVersion);
    return NO_ID;
  }
  const scope = new WireWriter();
  writeTextField(scope, field.SCOPE_NAME, scopeName);
  writeText(scope, field.SCOPE_VERSION, scopeVersion ?? '');
  return scope.take();
}

/** What the span says itself, else the first CHILD_OF of its own trace, else the first FOLLOWS_FROM of it. */
function parentOf({ parentSpanId, references, traceId }: JaegerSpan): Uint8Array | null {
  if (!isZero(parentSpanId)) return parentSpanId;
  const own = references.filter((reference) => isEqual(reference.traceId, traceId));
  const parent = own.find(({ type }) => type === CHILD_OF) ?? own.find(({ type }) => type === FOLLOWS_FROM);
  return parent?.spanId ?? null;
}

/** All references but the one that the parent's id says already. A parent that was FOLLOWS_FROM is a link too. */
function writeLinks(
  { writer, references, traceId, droppedReferences }: JaegerSpan,
  parent: Uint8Array | null,
) {
  for (const reference of references) {
    const isParent =
      reference.type === CHILD_OF &&
      parent !== null &&
      isEqual(reference.spanId, parent) &&
      isEqual(reference.traceId, traceId);
    if (isParent) continue;
    const link = beginLengthField(writer, field.SPAN_LINKS);
    writeId(writer, field.LINK_TRACE_ID, reference.traceId);
    writeId(writer, field.LINK_SPAN_ID, reference.spanId);
    const type = reference.type === CHILD_OF ? 'child_of' : 'follows_from';
    writeAttribute(writer, field.LINK_ATTRIBUTES, 'opentracing.ref_type', type);
    endLengthField(writer, link);
  }
  writeNumber(writer, field.SPAN_DROPPED_LINKS, droppedReferences);
}

const isZero = (id: Uint8Array): boolean => id.every((byte) => byte === 0);
const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
