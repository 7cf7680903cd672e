/** Batches of Jaeger's in all forms they are sent in, from one description, and what came of them as plain values. */
import { jaeger, opentelemetry } from '../../proto/generated/index.js';
import { BINARY } from '../../services/core/thrift/binary_protocol.ts';
import { COMPACT } from '../../services/core/thrift/compact_protocol.ts';
import { STRUCT, type ThriftProtocol } from '../../services/core/thrift/reader.ts';
import {
  binaryEncoder,
  bool,
  compactEncoder,
  double,
  i32,
  i64,
  list,
  string,
  struct,
  type ThriftEncoder,
  type ThriftField,
  type ThriftValue,
} from './thrift_encoder.ts';

/** A bigint is an int64, a number a double. */
export type JaegerValue = string | boolean | bigint | number | Uint8Array;
export type JaegerTags = readonly (readonly [key: string, value: JaegerValue])[];

export interface JaegerReference {
  readonly type: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceId: string;
  readonly spanId: string;
}

export interface JaegerTestSpan {
  /** Hex, 32 and 16 digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly references?: readonly JaegerReference[];
  readonly flags?: number;
  readonly startUs?: bigint;
  readonly durationUs?: bigint;
  readonly tags?: JaegerTags;
  readonly logs?: readonly { readonly timeUs: bigint; readonly fields: JaegerTags }[];
}

export interface JaegerTestBatch {
  readonly service?: string;
  readonly processTags?: JaegerTags;
  readonly spans: readonly JaegerTestSpan[];
}

const half = (hex: string): bigint => BigInt.asIntN(64, BigInt(`0x${hex}`));
const NO_ID = '0'.repeat(16);

export function thriftTag([key, value]: readonly [string, JaegerValue]): ThriftValue {
  const typed = (type: number, field: ThriftField): ThriftValue =>
    struct([1, string(key)], [2, i32(type)], field);
  switch (typeof value) {
    case 'string':
      return typed(0, [3, string(value)]);
    case 'number':
      return typed(1, [4, double(value)]);
    case 'boolean':
      return typed(2, [5, bool(value)]);
    case 'bigint':
      return typed(3, [6, i64(value)]);
    default:
      return typed(4, [7, string(value)]);
  }
}

const thriftTags = (tags: JaegerTags = []): ThriftValue => list(STRUCT, tags.map(thriftTag));

function thriftReference({ type, traceId, spanId }: JaegerReference): ThriftValue {
  return struct(
    [1, i32(type === 'CHILD_OF' ? 0 : 1)],
    [2, i64(half(traceId.slice(16)))],
    [3, i64(half(traceId.slice(0, 16)))],
    [4, i64(half(spanId))],
  );
}

export function thriftSpan(span: JaegerTestSpan): ThriftValue {
  const logs = (span.logs ?? []).map(({ timeUs, fields }) =>
    struct([1, i64(timeUs)], [2, thriftTags(fields)]),
  );
  return struct(
    [1, i64(half(span.traceId.slice(16)))],
    [2, i64(half(span.traceId.slice(0, 16)))],
    [3, i64(half(span.spanId))],
    [4, i64(half(span.parentSpanId ?? NO_ID))],
    [5, string(span.name ?? 'work')],
    [6, list(STRUCT, (span.references ?? []).map(thriftReference))],
    [7, i32(span.flags ?? 1)],
    [8, i64(span.startUs ?? 1n)],
    [9, i64(span.durationUs ?? 1n)],
    [10, thriftTags(span.tags)],
    [11, list(STRUCT, logs)],
  );
}

export function thriftBatch({ service = 'shop', processTags, spans }: JaegerTestBatch): ThriftValue {
  const process = struct([1, string(service)], [2, thriftTags(processTags)]);
  return struct([1, process], [2, list(STRUCT, spans.map(thriftSpan))]);
}

export const emitBatch = (encoder: ThriftEncoder, batch: JaegerTestBatch): Buffer =>
  encoder.message('emitBatch', struct([1, thriftBatch(batch)]));

const api = jaeger.api_v2;

function keyValue([key, value]: readonly [string, JaegerValue]): jaeger.api_v2.KeyValue.$Properties {
  switch (typeof value) {
    case 'string':
      return { key, vType: api.ValueType.STRING, vStr: value };
    case 'boolean':
      return { key, vType: api.ValueType.BOOL, vBool: value };
    case 'bigint':
      return { key, vType: api.ValueType.INT64, vInt64: longOf(value) };
    case 'number':
      return { key, vType: api.ValueType.FLOAT64, vFloat64: value };
    default:
      return { key, vType: api.ValueType.BINARY, vBinary: value };
  }
}

/** protobufjs takes 64 bits in two halves. */
function longOf(value: bigint): number {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } as unknown as number;
}

const timeOf = (us: bigint) => ({ seconds: longOf(us / 1_000_000n), nanos: Number(us % 1_000_000n) * 1000 });

export const protoProcess = (service: string, tags: JaegerTags = []): jaeger.api_v2.Process.$Properties => ({
  ...{ serviceName: service, tags: tags.map(keyValue) },
});

export function protoSpan(span: JaegerTestSpan): jaeger.api_v2.Span.$Properties {
  const { traceId, spanId, parentSpanId, references = [] } = span;
  const parent: JaegerReference[] =
    parentSpanId === undefined ? [] : [{ type: 'CHILD_OF', traceId, spanId: parentSpanId }];
  return {
    traceId: Buffer.from(traceId, 'hex'),
    spanId: Buffer.from(spanId, 'hex'),
    operationName: span.name ?? 'work',
    references: [...parent, ...references].map((reference) => ({
      traceId: Buffer.from(reference.traceId, 'hex'),
      spanId: Buffer.from(reference.spanId, 'hex'),
      refType: api.SpanRefType[reference.type],
    })),
    flags: span.flags ?? 1,
    startTime: timeOf(span.startUs ?? 1n),
    duration: timeOf(span.durationUs ?? 1n),
    tags: (span.tags ?? []).map(keyValue),
    logs: (span.logs ?? []).map(({ timeUs, fields }) => ({
      timestamp: timeOf(timeUs),
      fields: fields.map(keyValue),
    })),
  };
}

export function postSpans({ service = 'shop', processTags, spans }: JaegerTestBatch): Uint8Array {
  const batch = { process: protoProcess(service, processTags), spans: spans.map(protoSpan) };
  return api.PostSpansRequest.encode({ batch }).finish();
}

export const PROTOCOLS: readonly (readonly [string, ThriftProtocol, ThriftEncoder])[] = [
  ['binary', BINARY, binaryEncoder],
  ['compact', COMPACT, compactEncoder],
];

/** A span of an ExportTraceServiceRequest: ids in hex, 64 bits as bigints, attributes by key. */
export interface PlainSpan {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string };
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly flags: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly droppedLinks: number;
  readonly events: readonly { timeNs: bigint; name: string; attributes: Readonly<Record<string, unknown>> }[];
  readonly links: readonly {
    traceId: string;
    spanId: string;
    attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly status: { readonly code: number; readonly message: string } | null;
}

type KeyValues = readonly opentelemetry.proto.common.v1.KeyValue.$Properties[] | null | undefined;
type Bytes = Uint8Array | null | undefined;
const hex = (bytes: Bytes): string => Buffer.from(bytes ?? []).toString('hex');
const wide = (value: unknown): bigint => BigInt(String(value));

function plainValue(value: opentelemetry.proto.common.v1.AnyValue.$Properties | null | undefined): unknown {
  if (value?.intValue !== undefined && value.intValue !== null) return wide(value.intValue);
  if (value?.bytesValue instanceof Uint8Array) return Uint8Array.from(value.bytesValue);
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plainValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue;
}

const plainAttributes = (attributes: KeyValues): Record<string, unknown> =>
  Object.fromEntries((attributes ?? []).map(({ key, value }) => [key ?? '', plainValue(value)]));

export function plainSpans(traces: Uint8Array): PlainSpan[] {
  const { resourceSpans } = opentelemetry.proto.trace.v1.TracesData.decode(traces);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ scope, spans }) =>
      (spans ?? []).map((span) => ({
        resource: plainAttributes(resource?.attributes),
        scope: { name: scope?.name ?? '', version: scope?.version ?? '' },
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        traceState: span.traceState ?? '',
        name: span.name ?? '',
        kind: span.kind ?? 0,
        flags: span.flags ?? 0,
        startNs: wide(span.startTimeUnixNano ?? 0),
        endNs: wide(span.endTimeUnixNano ?? 0),
        attributes: plainAttributes(span.attributes),
        droppedLinks: span.droppedLinksCount ?? 0,
        events: (span.events ?? []).map(({ timeUnixNano, name, attributes }) => ({
          ...{ timeNs: wide(timeUnixNano ?? 0), name: name ?? '', attributes: plainAttributes(attributes) },
        })),
        links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
          ...{ traceId: hex(traceId), spanId: hex(spanId), attributes: plainAttributes(attributes) },
        })),
        status: span.status ? { code: span.status.code ?? 0, message: span.status.message ?? '' } : null,
      })),
    ),
  );
}
