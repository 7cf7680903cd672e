/** What lies in the spans topic, decoded by the generated code: the oracle of what the collector took from a client. */
import { opentelemetry } from '../../proto/generated/index.js';
import { readTopic } from '../../services/platform/kafka/read_topic.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { typedAttributes } from './value.ts';

const { TracesData, Span } = opentelemetry.proto.trace.v1;
type Spans = opentelemetry.proto.trace.v1.ResourceSpans.$Properties;
type OtlpSpan = opentelemetry.proto.trace.v1.Span.$Properties;

/** Values are typed texts (value.ts). */
type Attributes = Readonly<Record<string, string>>;

export interface ArrivedSpan {
  readonly service: string;
  readonly resource: Attributes;
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** Hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly events: readonly ArrivedEvent[];
  readonly links: readonly ArrivedLink[];
  readonly status: string;
  readonly statusMessage: string;
}

export interface ArrivedEvent {
  readonly timeNs: bigint;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface ArrivedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: Attributes;
}

export async function spansOfTopic(kafka: Kafka, topic: string): Promise<ArrivedSpan[]> {
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const spans: ArrivedSpan[] = [];
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { value } of records) spans.push(...spansOf(value));
    },
  });
  return spans;
}

export function spansOf(tracesData: Uint8Array): ArrivedSpan[] {
  return TracesData.decode(tracesData).resourceSpans.flatMap(ofResource);
}

function ofResource({ resource, scopeSpans }: Spans): ArrivedSpan[] {
  const attributes = resource?.attributes ?? [];
  const header = {
    service: attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '',
    resource: typedAttributes(attributes),
  };
  return (scopeSpans ?? []).flatMap(({ scope, spans }) =>
    (spans ?? []).map((span) => ({
      ...header,
      scopeName: scope?.name ?? '',
      scopeVersion: scope?.version ?? '',
      ...ofSpan(span),
    })),
  );
}

function ofSpan(span: OtlpSpan) {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    traceState: span.traceState ?? '',
    name: span.name ?? '',
    kind: (Span.SpanKind[span.kind ?? 0] ?? '').replace('SPAN_KIND_', '').toLowerCase(),
    startNs: BigInt(String(span.startTimeUnixNano ?? 0)),
    endNs: BigInt(String(span.endTimeUnixNano ?? 0)),
    attributes: typedAttributes(span.attributes ?? []),
    events: (span.events ?? []).map((event) => ({
      timeNs: BigInt(String(event.timeUnixNano ?? 0)),
      name: event.name ?? '',
      attributes: typedAttributes(event.attributes ?? []),
    })),
    links: (span.links ?? []).map((link) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      traceState: link.traceState ?? '',
      attributes: typedAttributes(link.attributes ?? []),
    })),
    status: ['Unset', 'Ok', 'Error'][span.status?.code ?? 0] ?? '',
    statusMessage: span.status?.message ?? '',
  };
}

function hex(id: Uint8Array | null | undefined): string {
  return Buffer.from(id ?? []).toString('hex');
}
