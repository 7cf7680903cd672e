/** The spans of a request with all that they are under, in plain values; and as the query service has them from its table. */
import { opentelemetry } from '../../proto/generated/index.js';
import type { TraceSpan } from '../../services/query/foreign/foreign_store.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

/** A bigint is an int64, a number a double. */
type Value = string | boolean | bigint | number | Uint8Array | null;
type Values = Record<string, Value>;

export interface OtlpSpan {
  readonly resource: Values;
  readonly scope: { readonly name: string; readonly version: string };
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Values;
  readonly events: readonly { timeNs: bigint; name: string; attributes: Values; dropped: number }[];
  readonly links: readonly {
    traceId: string;
    spanId: string;
    traceState: string;
    attributes: Values;
    dropped: number;
  }[];
  readonly status: { readonly code: number; readonly message: string };
}

export function otlpSpans(request: Uint8Array): OtlpSpan[] {
  const { resourceSpans } = TracesData.toObject(TracesData.decode(request), {
    defaults: true,
    longs: String,
  }) as { resourceSpans: Decoded[] };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans as Decoded[]).flatMap(({ scope, spans }) =>
      (spans as Decoded[]).map((span) => ({
        ...spanOf(span),
        resource: valuesOf(((resource ?? {}) as Decoded)['attributes']),
        scope: { name: '', version: '', ...(scope as object | null) },
      })),
    ),
  );
}

type Decoded = Record<string, unknown>;

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');

function spanOf(span: Decoded): Omit<OtlpSpan, 'resource' | 'scope'> {
  const status = (span['status'] ?? {}) as { code?: number; message?: string };
  return {
    traceId: hex(span['traceId']),
    spanId: hex(span['spanId']),
    parentSpanId: hex(span['parentSpanId']),
    traceState: String(span['traceState']),
    name: String(span['name']),
    kind: Number(span['kind']),
    startNs: BigInt(String(span['startTimeUnixNano'])),
    endNs: BigInt(String(span['endTimeUnixNano'])),
    attributes: valuesOf(span['attributes']),
    events: (span['events'] as Decoded[]).map((event) => ({
      timeNs: BigInt(String(event['timeUnixNano'])),
      name: String(event['name']),
      attributes: valuesOf(event['attributes']),
      dropped: Number(event['droppedAttributesCount']),
    })),
    links: (span['links'] as Decoded[]).map((link) => ({
      traceId: hex(link['traceId']),
      spanId: hex(link['spanId']),
      traceState: String(link['traceState']),
      attributes: valuesOf(link['attributes']),
      dropped: Number(link['droppedAttributesCount']),
    })),
    status: { code: status.code ?? 0, message: status.message ?? '' },
  };
}

function valuesOf(attributes: unknown): Values {
  return Object.fromEntries(
    ((attributes ?? []) as { key: string; value: Decoded }[]).map(({ key, value }) => [key, valueOf(value)]),
  );
}

function valueOf(value: Decoded): Value {
  if ('stringValue' in value) return String(value['stringValue']);
  if ('boolValue' in value) return Boolean(value['boolValue']);
  if ('intValue' in value) return BigInt(String(value['intValue']));
  if ('doubleValue' in value) return Number(value['doubleValue']);
  return 'bytesValue' in value ? new Uint8Array(value['bytesValue'] as Uint8Array) : null;
}

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

/** As the table's row of it is read. */
export function storedSpanOf(span: OtlpSpan): TraceSpan {
  return {
    ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId },
    ...{ name: span.name, traceState: span.traceState, flags: 0, weight: 1, reportedStartNs: null },
    service: String(span.resource['service.name']),
    kind: KINDS[span.kind] ?? '',
    status: STATUSES[span.status.code] ?? '',
    statusMessage: span.status.message,
    startNs: span.startNs,
    durationNs: span.endNs - span.startNs,
    scopeName: span.scope.name,
    scopeVersion: span.scope.version,
    attributes: texts(span.attributes),
    resourceAttributes: texts(span.resource),
    events: span.events.map((event) => ({ ...event, attributes: texts(event.attributes) })),
    links: span.links.map((link) => ({ ...link, attributes: texts(link.attributes) })),
  };
}

function texts(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value),
    ]),
  );
}
