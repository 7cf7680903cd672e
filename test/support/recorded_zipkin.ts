/**
 * The traces of real systems beside the checkout (`../shared/data/zipkin`), moved to a time that is not long past, and as
 * OTLP in the way the OpenTelemetry Collector's Zipkin receiver writes endpoints.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { opentelemetry } from '../../proto/generated/index.js';
import { fixed64 } from '../../services/query/foreign/fixed64.ts';
import type { Endpoint } from '../../services/query/zipkin/endpoints.ts';
import { SHARED_ATTRIBUTE, type ZipkinSpan } from '../../services/query/zipkin/zipkin_span.ts';

const { TracesData, Span } = opentelemetry.proto.trace.v1;
const FOLDER = join(import.meta.dirname, '../../../shared/data/zipkin');

export interface RecordedTrace {
  readonly name: string;
  readonly spans: readonly ZipkinSpan[];
}

/** Empty where the recordings are not there. Each ends `endMs`, with its own distances kept. */
export function recordedTraces(endMs: number): RecordedTrace[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, spans: movedTo(endMs, read(name)) }));
}

function read(name: string): ZipkinSpan[] {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as ZipkinSpan[];
}

function movedTo(endMs: number, spans: readonly ZipkinSpan[]): ZipkinSpan[] {
  const newest = Math.max(...spans.map(({ timestamp }) => timestamp ?? 0));
  const shift = endMs * 1000 - newest;
  return spans.map(({ timestamp = 0, annotations, ...span }) => ({
    ...span,
    timestamp: timestamp + shift,
    ...(annotations !== undefined && {
      annotations: annotations.map((one) => ({ ...one, timestamp: one.timestamp + shift })),
    }),
  }));
}

export function zipkinToOtlp(spans: readonly ZipkinSpan[]): Buffer {
  const resourceSpans = spans.map((span) => ({
    resource: { attributes: keyValues({ 'service.name': span.localEndpoint?.serviceName ?? '' }) },
    scopeSpans: [{ spans: [otlpSpan(span)] }],
  }));
  return Buffer.from(TracesData.encode({ resourceSpans }).finish());
}

const KINDS = {
  CLIENT: Span.SpanKind.SPAN_KIND_CLIENT,
  SERVER: Span.SpanKind.SPAN_KIND_SERVER,
  PRODUCER: Span.SpanKind.SPAN_KIND_PRODUCER,
  CONSUMER: Span.SpanKind.SPAN_KIND_CONSUMER,
};

function otlpSpan(span: ZipkinSpan) {
  const start = BigInt(span.timestamp ?? 0) * 1000n;
  return {
    traceId: Buffer.from(span.traceId.padStart(32, '0'), 'hex'),
    spanId: Buffer.from(span.id, 'hex'),
    parentSpanId: Buffer.from(span.parentId ?? '', 'hex'),
    name: span.name ?? '',
    kind: span.kind === undefined ? Span.SpanKind.SPAN_KIND_UNSPECIFIED : KINDS[span.kind],
    startTimeUnixNano: fixed64(start),
    endTimeUnixNano: fixed64(start + BigInt(span.duration ?? 0) * 1000n),
    attributes: keyValues({
      ...span.tags,
      ...endpointAttributes(span.localEndpoint, 'net.host'),
      ...endpointAttributes(span.remoteEndpoint, 'net.peer'),
      ...(span.remoteEndpoint?.serviceName !== undefined && {
        'peer.service': span.remoteEndpoint.serviceName,
      }),
      ...(span.shared === true && { [SHARED_ATTRIBUTE]: 'true' }),
    }),
    events: (span.annotations ?? []).map(({ timestamp, value }) => ({
      timeUnixNano: fixed64(BigInt(timestamp) * 1000n),
      name: value,
    })),
  };
}

function endpointAttributes(endpoint: Endpoint | undefined, prefix: string): Record<string, string> {
  const ip = endpoint?.ipv4 ?? endpoint?.ipv6;
  return {
    ...(ip !== undefined && { [`${prefix}.ip`]: ip }),
    ...(endpoint?.port !== undefined && { [`${prefix}.port`]: String(endpoint.port) }),
  };
}

function keyValues(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
