/**
 * Visits as OTLP bytes, many in one message, as collectors batch them: a ResourceSpans for each process of a service. Some 400 bytes a
 * span, with 8 attributes of the resource and 8 to 10 of the span.
 */
import {
  EVENT_ATTRIBUTES,
  EVENT_NAME,
  EVENT_TIME,
  RESOURCE_ATTRIBUTES,
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_NAME,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPANS,
  SCOPE_VERSION,
  SPAN_ATTRIBUTES,
  SPAN_END_TIME,
  SPAN_EVENTS,
  SPAN_FLAGS,
  SPAN_KIND,
  SPAN_NAME,
  SPAN_PARENT_SPAN_ID,
  SPAN_SPAN_ID,
  SPAN_START_TIME,
  SPAN_STATUS,
  SPAN_TRACE_ID,
  STATUS_CODE,
  STATUS_ERROR,
  STATUS_MESSAGE,
  TRACES_RESOURCE_SPANS,
} from '../../../services/core/otlp/fields.ts';
import {
  WireWriter,
  writeBytes,
  writeFixed32,
  writeFixed64Halves,
  writeLengthField,
  writeTextField,
  writeVarint32,
} from '../../../services/core/wire/writer.ts';
import { writeAttribute, writeMessage } from '../../support/otlp_bytes.ts';
import type { Call, Varied } from './shop_calls.ts';
import { INSTANCES, type Visit, type VisitSpan } from './visits.ts';

/** W3C: sampled; and that its parent is known not to be remote. */
const FLAGS = 0x101;
const AGENTS = Array.from(
  { length: 24 },
  (_, i) => `Mozilla/5.0 (X11; Linux x86_64; rv:${120 + i}.0) Gecko/20100101 Firefox/${120 + i}.0`,
);

interface Process {
  readonly resource: Uint8Array;
  readonly spans: WireWriter;
}

export class VisitBytes {
  private readonly random: () => number;
  private readonly processes = new Map<string, Process>();
  private readonly fixedAttributes = new Map<Call, Uint8Array>();
  private readonly out = new WireWriter();
  /** Spans since the last `take`. */
  spans = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  /** All of a visit, or the spans of it that one host reports. */
  add(visit: Visit, spans: readonly VisitSpan[] = visit.spans): void {
    for (const span of spans) this.addSpan(visit, span);
    this.spans += spans.length;
  }

  /** A TracesData of all that was added since the last one. */
  take(): Uint8Array {
    const { out } = this;
    out.reset();
    for (const { resource, spans } of this.processes.values()) {
      if (spans.pos === 0) continue;
      writeMessage(out, TRACES_RESOURCE_SPANS, () => {
        writeLengthField(out, RESOURCE_SPANS_RESOURCE, resource);
        writeMessage(out, RESOURCE_SPANS_SCOPE_SPANS, () => {
          writeMessage(out, SCOPE_SPANS_SCOPE, () => {
            writeTextField(out, SCOPE_NAME, '@opentelemetry/instrumentation-http');
            writeTextField(out, SCOPE_VERSION, '0.57.1');
          });
          writeBytes(out, spans.buf, 0, spans.pos);
        });
      });
      spans.reset();
    }
    this.spans = 0;
    return out.take();
  }

  private addSpan(visit: Visit, span: VisitSpan): void {
    const { call } = span;
    const { spans: out } = this.processOf(call.service, span.instance);
    writeMessage(out, SCOPE_SPANS_SPANS, () => {
      writeLengthField(out, SPAN_TRACE_ID, visit.traceId);
      writeLengthField(out, SPAN_SPAN_ID, span.spanId);
      if (span.parentSpanId.length > 0) writeLengthField(out, SPAN_PARENT_SPAN_ID, span.parentSpanId);
      writeTextField(out, SPAN_NAME, call.name);
      writeVarint32(out, SPAN_KIND);
      writeVarint32(out, call.kind);
      writeTime(out, SPAN_START_TIME, span.startMs);
      writeTime(out, SPAN_END_TIME, span.endMs);
      writeBytes(out, this.fixedOf(call));
      for (const varied of call.varied) this.writeVaried(out, varied, visit, span);
      if (span.failed) writeFailure(out, span);
      writeVarint32(out, SPAN_FLAGS);
      writeFixed32(out, FLAGS);
    });
  }

  private writeVaried(out: WireWriter, varied: Varied, visit: Visit, { call, failed }: VisitSpan): void {
    const set = (key: string, value: string | number): void =>
      writeAttribute(out, SPAN_ATTRIBUTES, key, value);
    switch (varied) {
      case 'user':
        return set('user.id', `u${visit.user}`);
      case 'path':
        return set('url.path', this.pathOf(call));
      case 'address':
        return set('network.peer.address', `10.1.${this.below(256)}.${this.below(256)}`);
      case 'agent':
        return set('user_agent.original', AGENTS[visit.user % AGENTS.length] ?? '');
      case 'rows':
        return set('db.response.returned_rows', this.below(40));
      case 'offset':
        return set('messaging.kafka.offset', this.below(1e9));
      case 'status':
        return set('http.response.status_code', failed ? 503 : 200);
    }
  }

  /** Millions of them. */
  private pathOf({ attributes }: Call): string {
    const route = String(attributes['http.route'] ?? '/api/{id}');
    return route.replace(/\{\w+\}/g, () => String(this.below(1e7)));
  }

  private processOf(service: string, instance: number): Process {
    const name = `${service}-${instance}`;
    let process = this.processes.get(name);
    if (process === undefined) {
      process = { resource: resourceBytes(service, name), spans: new WireWriter() };
      this.processes.set(name, process);
    }
    return process;
  }

  private fixedOf(call: Call): Uint8Array {
    let bytes = this.fixedAttributes.get(call);
    if (bytes === undefined) {
      const out = new WireWriter();
      for (const [key, value] of Object.entries(call.attributes)) {
        writeAttribute(out, SPAN_ATTRIBUTES, key, value);
      }
      this.fixedAttributes.set(call, (bytes = out.take()));
    }
    return bytes;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

function resourceBytes(service: string, instance: string): Uint8Array {
  const out = new WireWriter();
  const attributes = {
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': `1.${service.length}.3`,
    'service.instance.id': `${instance}-7c9f6d5b8-x2x9k`,
    'k8s.pod.name': `${instance}-7c9f6d5b8-x2x9k`,
    'host.name': `node-${(service.length * INSTANCES + instance.charCodeAt(instance.length - 1)) % 20}`,
    'deployment.environment.name': 'production',
    'telemetry.sdk.language': 'nodejs',
  };
  for (const [key, value] of Object.entries(attributes)) writeAttribute(out, RESOURCE_ATTRIBUTES, key, value);
  return out.take();
}

function writeFailure(out: WireWriter, { call, endMs }: VisitSpan): void {
  const what = `${call.name}: connection reset by peer`;
  writeMessage(out, SPAN_EVENTS, () => {
    writeTime(out, EVENT_TIME, endMs);
    writeTextField(out, EVENT_NAME, 'exception');
    writeAttribute(out, EVENT_ATTRIBUTES, 'exception.type', 'ConnectionError');
    writeAttribute(out, EVENT_ATTRIBUTES, 'exception.message', what);
  });
  writeMessage(out, SPAN_STATUS, () => {
    writeTextField(out, STATUS_MESSAGE, what);
    writeVarint32(out, STATUS_CODE);
    writeVarint32(out, STATUS_ERROR);
  });
}

function writeTime(out: WireWriter, tag: number, ms: number): void {
  const ns = BigInt(Math.round(ms * 1e3)) * 1000n;
  writeVarint32(out, tag);
  writeFixed64Halves(out, Number(ns & 0xffff_ffffn), Number(ns >> 32n));
}
