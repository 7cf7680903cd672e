/**
 * Writes OTLP from the parts of a span in another format: attributes, ids, times, and spans under their resource.
 *
 * Not for OTLP that arrives as such (split_request.ts). A span is written field by field, in any order, into a writer of
 * its own, with the tags of fields.ts: `writeTextField`, `beginLengthField` and `endLengthField` of the wire do the rest.
 * As proto3 has it, what is empty or 0 is not written, but for the value of an attribute.
 */
import * as field from './fields.ts';
import { FormatError } from './format_error.ts';
import { MAX_REQUEST_SPANS, RequestTooLargeError } from './request_limits.ts';
import {
  beginLengthField,
  endLengthField,
  writeFixed64Halves,
  writeLengthField,
  writeTextField,
  writeVarint32,
  writeVarint64Halves,
  WireWriter,
} from '../wire/writer.ts';

/** A bigint is an int64, a number a double. */
export type AttributeValue = string | boolean | bigint | number | Uint8Array | readonly string[];

/** `tag` says whose: RESOURCE_ATTRIBUTES, SCOPE_ATTRIBUTES, SPAN_ATTRIBUTES, EVENT_ATTRIBUTES, LINK_ATTRIBUTES. */
export function writeAttribute(writer: WireWriter, tag: number, key: string, value: AttributeValue): void {
  const attribute = beginLengthField(writer, tag);
  writeTextField(writer, field.KEY_VALUE_KEY, key);
  const any = beginLengthField(writer, field.KEY_VALUE_VALUE);
  writeAnyValue(writer, value);
  endLengthField(writer, any);
  endLengthField(writer, attribute);
}

function writeAnyValue(writer: WireWriter, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      writeTextField(writer, field.ANY_STRING, value);
      return;
    case 'boolean':
      writeVarint32(writer, field.ANY_BOOL);
      writeVarint32(writer, value ? 1 : 0);
      return;
    case 'bigint':
      writeVarint32(writer, field.ANY_INT);
      writeVarint64Halves(writer, lowHalf(value), highHalf(value));
      return;
    case 'number':
      scratch.setFloat64(0, value, true);
      writeVarint32(writer, field.ANY_DOUBLE);
      writeFixed64Halves(writer, scratch.getUint32(0, true), scratch.getUint32(4, true));
      return;
    default:
      if (value instanceof Uint8Array) writeLengthField(writer, field.ANY_BYTES, value);
      else writeTexts(writer, value);
  }
}

function writeTexts(writer: WireWriter, texts: readonly string[]): void {
  const array = beginLengthField(writer, field.ANY_ARRAY);
  for (const text of texts) {
    const value = beginLengthField(writer, field.LIST_VALUES);
    writeTextField(writer, field.ANY_STRING, text);
    endLengthField(writer, value);
  }
  endLengthField(writer, array);
}

const scratch = new DataView(new ArrayBuffer(8));
const lowHalf = (value: bigint): number => Number(BigInt.asUintN(32, value));
const highHalf = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));

/** Text that is left out where it is empty. */
export function writeText(writer: WireWriter, tag: number, text: string): void {
  if (text !== '') writeTextField(writer, tag, text);
}

/** An id as it is, of whatever length: whether it is valid is for the split to say. */
export function writeId(writer: WireWriter, tag: number, id: Uint8Array): void {
  if (id.length > 0) writeLengthField(writer, tag, id);
}

/** SPAN_START_TIME, SPAN_END_TIME, EVENT_TIME. The low 64 bits count. */
export function writeUnixNano(writer: WireWriter, tag: number, ns: bigint): void {
  if (ns === 0n) return;
  writeVarint32(writer, tag);
  writeFixed64Halves(writer, lowHalf(ns), highHalf(ns));
}

/** SPAN_KIND, STATUS_CODE, the dropped counts. */
export function writeNumber(writer: WireWriter, tag: number, value: number): void {
  if (value === 0) return;
  writeVarint32(writer, tag);
  writeVarint32(writer, value);
}

/** A status of STATUS_UNSET without a message is none. */
export function writeStatus(writer: WireWriter, code: number, message: string): void {
  if (code === field.STATUS_UNSET && message === '') return;
  const status = beginLengthField(writer, field.SPAN_STATUS);
  writeText(writer, field.STATUS_MESSAGE, message);
  writeNumber(writer, field.STATUS_CODE, code);
  endLengthField(writer, status);
}

/** A request that grows span by span: those that follow each other with one resource and scope stand together. */
export class SpansWriter {
  readonly writer: WireWriter;
  /** The contents of the open Resource and InstrumentationScope messages; null while none is open. */
  resource: Uint8Array | null = null;
  scope: Uint8Array | null = null;
  resourceSpansStart = 0;
  scopeSpansStart = 0;
  /** Written so far. */
  count = 0;

  constructor(initialBytes: number) {
    this.writer = new WireWriter(initialBytes);
  }
}

/**
 * Four times the largest body that is taken. Where spans of two resources take turns, each is written anew for each turn: a body of
 * one large resource and many tiny spans would become thousands of times as large.
 */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/**
 * Adds a span. All three are the contents of their messages; an empty scope is none. Keeps no reference to `span`. Throws
 * FormatError where the request would become too large.
 */
export function writeSpan(
  spans: SpansWriter,
  resource: Uint8Array,
  scope: Uint8Array,
  span: Pick<WireWriter, 'buf' | 'pos'>,
): void {
  if (++spans.count > MAX_REQUEST_SPANS) {
    throw new RequestTooLargeError(`a request has at most ${MAX_REQUEST_SPANS} spans`);
  }
  if (spans.writer.pos + resource.length + scope.length + span.pos > MAX_REQUEST_BYTES) {
    throw new FormatError(`request: has more than ${MAX_REQUEST_BYTES} bytes as OTLP`);
  }
  if (!isSame(spans.resource, resource)) beginResource(spans, resource);
  if (!isSame(spans.scope, scope)) beginScope(spans, scope);
  writeLengthField(spans.writer, field.SCOPE_SPANS_SPANS, span.buf, 0, span.pos);
}

/** The request, finished: bytes of an ExportTraceServiceRequest. */
export function takeRequest(spans: SpansWriter): Uint8Array {
  endResource(spans);
  return spans.writer.take();
}

function beginResource(spans: SpansWriter, resource: Uint8Array): void {
  endResource(spans);
  spans.resource = resource;
  spans.resourceSpansStart = beginLengthField(spans.writer, field.TRACES_RESOURCE_SPANS);
  writeLengthField(spans.writer, field.RESOURCE_SPANS_RESOURCE, resource);
}

function endResource(spans: SpansWriter): void {
  if (spans.resource === null) return;
  endScope(spans);
  endLengthField(spans.writer, spans.resourceSpansStart);
  spans.resource = null;
}

function beginScope(spans: SpansWriter, scope: Uint8Array): void {
  endScope(spans);
  spans.scope = scope;
  spans.scopeSpansStart = beginLengthField(spans.writer, field.RESOURCE_SPANS_SCOPE_SPANS);
  if (scope.length > 0) writeLengthField(spans.writer, field.SCOPE_SPANS_SCOPE, scope);
}

function endScope(spans: SpansWriter): void {
  if (spans.scope === null) return;
  endLengthField(spans.writer, spans.scopeSpansStart);
  spans.scope = null;
}

function isSame(open: Uint8Array | null, next: Uint8Array): boolean {
  if (open === null || open === next) return open === next;
  return open.length === next.length && Buffer.compare(open, next) === 0;
}
