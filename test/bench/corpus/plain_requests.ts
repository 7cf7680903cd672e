/**
 * Traces of one shape, for the benches that vary it: how many spans a trace has, how wide a span is, with events and links or without.
 * A trace is a chain of servers and clients over four services, whole in one request.
 */
import {
  EVENT_ATTRIBUTES,
  EVENT_NAME,
  EVENT_TIME,
  KIND_CLIENT,
  KIND_SERVER,
  LINK_SPAN_ID,
  LINK_TRACE_ID,
  RESOURCE_ATTRIBUTES,
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_NAME,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPANS,
  SPAN_ATTRIBUTES,
  SPAN_END_TIME,
  SPAN_EVENTS,
  SPAN_KIND,
  SPAN_LINKS,
  SPAN_NAME,
  SPAN_PARENT_SPAN_ID,
  SPAN_SPAN_ID,
  SPAN_START_TIME,
  SPAN_TRACE_ID,
  TRACES_RESOURCE_SPANS,
} from '../../../services/core/otlp/fields.ts';
import {
  WireWriter,
  writeBytes,
  writeFixed64,
  writeLengthField,
  writeTextField,
  writeVarint32,
} from '../../../services/core/wire/writer.ts';
import { writeAttribute, writeMessage } from '../../support/otlp_bytes.ts';

export interface PlainShape {
  readonly spansPerTrace: number;
  readonly attributes: number;
  /** Characters of each attribute's value. */
  readonly valueLength: number;
  readonly events: number;
  readonly links: number;
}

const SERVICES = 4;
const RESOURCE_ATTRIBUTE_COUNT = 7;
const SPAN_MS = 20;
const NO_PARENT = new Uint8Array(0);

export class PlainRequests {
  private readonly random: () => number;
  private readonly shape: PlainShape;
  private readonly spansPerRequest: number;
  private readonly services = Array.from({ length: SERVICES }, () => new WireWriter());
  private readonly out = new WireWriter();

  constructor(random: () => number, shape: PlainShape, spansPerRequest: number) {
    this.random = random;
    this.shape = shape;
    this.spansPerRequest = spansPerRequest;
  }

  /** ExportTraceServiceRequest bytes of whole traces that began at `startMs`. */
  next(startMs: number): Uint8Array {
    const { spansPerTrace } = this.shape;
    const traces = Math.max(1, Math.round(this.spansPerRequest / spansPerTrace));
    for (let i = 0; i < traces; i++) this.addTrace(startMs);
    const { out } = this;
    out.reset();
    for (const [number, spans] of this.services.entries()) {
      if (spans.pos === 0) continue;
      writeMessage(out, TRACES_RESOURCE_SPANS, () => {
        writeMessage(out, RESOURCE_SPANS_RESOURCE, () => writeResource(out, number));
        writeMessage(out, RESOURCE_SPANS_SCOPE_SPANS, () => {
          writeMessage(out, SCOPE_SPANS_SCOPE, () => writeTextField(out, SCOPE_NAME, 'bench'));
          writeBytes(out, spans.buf, 0, spans.pos);
        });
      });
      spans.reset();
    }
    return out.take();
  }

  private addTrace(startMs: number): void {
    const traceId = this.bytes(16);
    let parent: Uint8Array = NO_PARENT;
    for (let depth = 0; depth < this.shape.spansPerTrace; depth++) {
      const spanId = this.bytes(8);
      // A client's span is of the service that calls, its server's of the next.
      const out = this.services[((depth + 1) >> 1) % SERVICES];
      if (out !== undefined) this.writeSpan(out, { traceId, spanId, parent, depth, startMs });
      parent = spanId;
    }
  }

  private writeSpan(
    out: WireWriter,
    span: {
      readonly traceId: Uint8Array;
      readonly spanId: Uint8Array;
      readonly parent: Uint8Array;
      readonly depth: number;
      readonly startMs: number;
    },
  ): void {
    const { traceId, spanId, parent, depth, startMs } = span;
    writeMessage(out, SCOPE_SPANS_SPANS, () => {
      writeLengthField(out, SPAN_TRACE_ID, traceId);
      writeLengthField(out, SPAN_SPAN_ID, spanId);
      if (parent.length > 0) writeLengthField(out, SPAN_PARENT_SPAN_ID, parent);
      writeTextField(out, SPAN_NAME, `operation ${depth % 16}`);
      writeVarint32(out, SPAN_KIND);
      writeVarint32(out, depth % 2 === 0 ? KIND_SERVER : KIND_CLIENT);
      writeTime(out, SPAN_START_TIME, startMs);
      writeTime(out, SPAN_END_TIME, startMs + SPAN_MS);
      for (let i = 0; i < this.shape.attributes; i++) {
        writeAttribute(out, SPAN_ATTRIBUTES, `attribute.${i}`, this.text());
      }
      for (let i = 0; i < this.shape.events; i++) this.writeEvent(out, startMs);
      for (let i = 0; i < this.shape.links; i++) this.writeLink(out);
    });
  }

  private writeEvent(out: WireWriter, startMs: number): void {
    writeMessage(out, SPAN_EVENTS, () => {
      writeTime(out, EVENT_TIME, startMs);
      writeTextField(out, EVENT_NAME, 'message');
      writeAttribute(out, EVENT_ATTRIBUTES, 'message.text', this.text());
    });
  }

  private writeLink(out: WireWriter): void {
    writeMessage(out, SPAN_LINKS, () => {
      writeLengthField(out, LINK_TRACE_ID, this.bytes(16));
      writeLengthField(out, LINK_SPAN_ID, this.bytes(8));
    });
  }

  /** Half of it differs from value to value. */
  private text(): string {
    const { valueLength } = this.shape;
    let text = '';
    while (text.length < valueLength / 2) text += Math.floor(this.random() * 1e9).toString(36);
    return text.padEnd(valueLength, 'abcdefghij').slice(0, valueLength);
  }

  private bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.random() * 256));
  }
}

function writeResource(out: WireWriter, number: number): void {
  writeAttribute(out, RESOURCE_ATTRIBUTES, 'service.name', `plain-${number}`);
  for (let i = 0; i < RESOURCE_ATTRIBUTE_COUNT; i++) {
    writeAttribute(out, RESOURCE_ATTRIBUTES, `resource.${i}`, `value ${i} of service ${number}`);
  }
}

function writeTime(out: WireWriter, tag: number, ms: number): void {
  writeVarint32(out, tag);
  // Whole milliseconds times a million are not exact in a double; the benches need no more.
  writeFixed64(out, ms * 1e6);
}
