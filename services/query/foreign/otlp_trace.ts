/**
 * Stored spans as OTLP again: resources with their scopes with their spans, in one of the forms that OTLP has. Pure.
 *
 * Attributes have the types that their text tells (attribute_value.ts). Counts of what an SDK dropped are not stored.
 */
import { opentelemetry } from '../../../proto/generated/index.js';
import type { Attributes } from '../trace_answer.ts';
import { attributeValue } from './attribute_value.ts';
import { fixed64 } from './fixed64.ts';
import type { TraceSpan } from './foreign_store.ts';

const { Span, Status } = opentelemetry.proto.trace.v1;
type SpanKind = opentelemetry.proto.trace.v1.Span.SpanKind;
type StatusCode = opentelemetry.proto.trace.v1.Status.StatusCode;

/** How a form of OTLP writes what they differ in. */
export interface OtlpForm<Id, Wide, Kind, Code> {
  /** Hex digits, or nothing. */
  id(hex: string): Id;
  wide(value: bigint): Wide;
  kind(kind: SpanKind): Kind;
  code(code: StatusCode): Code;
}

export const PROTOBUF: OtlpForm<Uint8Array, ReturnType<typeof fixed64>, SpanKind, StatusCode> = {
  id: (hex) => Buffer.from(hex, 'hex'),
  wide: fixed64,
  kind: (kind) => kind,
  code: (code) => code,
};

/** JSON as the OTLP specification has it: ids in hex, enums as numbers. */
export const OTLP_JSON: OtlpForm<string, string, SpanKind, StatusCode> = {
  id: (hex) => hex,
  wide: String,
  kind: (kind) => kind,
  code: (code) => code,
};

/** JSON as protobuf itself has it: ids in base64, enums by name. */
export const PROTOBUF_JSON: OtlpForm<string, string, string, string> = {
  id: (hex) => Buffer.from(hex, 'hex').toString('base64'),
  wide: String,
  kind: (kind) => Span.SpanKind[kind],
  code: (code) => Status.StatusCode[code],
};

const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['Internal', Span.SpanKind.SPAN_KIND_INTERNAL],
  ['Server', Span.SpanKind.SPAN_KIND_SERVER],
  ['Client', Span.SpanKind.SPAN_KIND_CLIENT],
  ['Producer', Span.SpanKind.SPAN_KIND_PRODUCER],
  ['Consumer', Span.SpanKind.SPAN_KIND_CONSUMER],
]);
const CODES: ReadonlyMap<string, StatusCode> = new Map([
  ['Ok', Status.StatusCode.STATUS_CODE_OK],
  ['Error', Status.StatusCode.STATUS_CODE_ERROR],
]);

/** One for each resource, in the order of the spans. */
export function resourceSpans<Id, Wide, Kind, Code>(
  spans: readonly TraceSpan[],
  form: OtlpForm<Id, Wide, Kind, Code>,
) {
  const resources = Map.groupBy(spans, ({ service, resourceAttributes }) =>
    JSON.stringify([service, resourceAttributes]),
  );
  return [...resources.values()].map((ofResource) => {
    const scopes = Map.groupBy(ofResource, ({ scopeName, scopeVersion }) =>
      JSON.stringify([scopeName, scopeVersion]),
    );
    return {
      resource: { attributes: keyValues(ofResource[0]?.resourceAttributes ?? {}, form) },
      scopeSpans: [...scopes.values()].map((ofScope) => ({
        scope: scopeOf(ofScope[0]),
        spans: ofScope.map((span) => otlpSpan(span, form)),
      })),
    };
  });
}

function scopeOf(span: TraceSpan | undefined): { name?: string; version?: string } {
  const { scopeName = '', scopeVersion = '' } = span ?? {};
  return {
    ...(scopeName !== '' && { name: scopeName }),
    ...(scopeVersion !== '' && { version: scopeVersion }),
  };
}

function otlpSpan<Id, Wide, Kind, Code>(span: TraceSpan, form: OtlpForm<Id, Wide, Kind, Code>) {
  const code = CODES.get(span.status);
  return {
    traceId: form.id(span.traceId),
    spanId: form.id(span.spanId),
    ...(span.traceState !== '' && { traceState: span.traceState }),
    parentSpanId: form.id(span.parentSpanId),
    name: span.name,
    kind: form.kind(KINDS.get(span.kind) ?? Span.SpanKind.SPAN_KIND_UNSPECIFIED),
    startTimeUnixNano: form.wide(span.startNs),
    endTimeUnixNano: form.wide(span.startNs + span.durationNs),
    attributes: keyValues(span.attributes, form),
    ...(span.events.length > 0 && {
      events: span.events.map(({ timeNs, name, attributes }) => ({
        timeUnixNano: form.wide(timeNs),
        name,
        attributes: keyValues(attributes, form),
      })),
    }),
    ...(span.links.length > 0 && {
      links: span.links.map(({ traceId, spanId, traceState, attributes }) => ({
        traceId: form.id(traceId),
        spanId: form.id(spanId),
        ...(traceState !== '' && { traceState }),
        attributes: keyValues(attributes, form),
      })),
    }),
    status: {
      ...(span.statusMessage !== '' && { message: span.statusMessage }),
      ...(code !== undefined && { code: form.code(code) }),
    },
    ...(span.flags !== 0 && { flags: span.flags }),
  };
}

type AnyValue<Wide> =
  { stringValue: string } | { boolValue: boolean } | { intValue: Wide } | { doubleValue: number };

export function keyValues<Wide>(
  attributes: Attributes,
  form: { wide(value: bigint): Wide },
): { key: string; value: AnyValue<Wide> }[] {
  return Object.entries(attributes).map(([key, text]) => ({ key, value: anyValue(text, form) }));
}

export function anyValue<Wide>(text: string, form: { wide(value: bigint): Wide }): AnyValue<Wide> {
  const { type, value } = attributeValue(text);
  switch (type) {
    case 'string':
      return { stringValue: value };
    case 'bool':
      return { boolValue: value };
    case 'int64':
      return { intValue: form.wide(value) };
    case 'float64':
      return { doubleValue: value };
  }
}
