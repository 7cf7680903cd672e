/**
 * The spans of one body as a request: those of one resource stand together under it, and in it those of one scope, so that
 * the request says each service once. The order of a group's spans is that of the body. A span without an id is refused by
 * the split, which counts it: no more is written of it than is needed for that.
 */
import {
  RESOURCE_ATTRIBUTES,
  SCOPE_NAME,
  SCOPE_VERSION,
  SPAN_SPAN_ID,
  SPAN_TRACE_ID,
} from '../otlp/fields.ts';
import {
  SpansWriter,
  takeRequest,
  writeAttribute,
  writeId,
  writeSpan,
  writeText,
} from '../otlp/span_writer.ts';
import { MAX_REQUEST_SPANS, RequestTooLargeError } from '../otlp/request_limits.ts';
import { WireWriter } from '../wire/writer.ts';
import type { ZipkinSpan } from './span.ts';
import { writeSpanFields } from './span_to_otlp.ts';
import { meaningOf, type TagMeaning } from './tags.ts';

const NOTHING = new Uint8Array(0);

export class ZipkinRequest {
  /** Span messages, one behind the other. */
  readonly spans: WireWriter;
  readonly scratch = new WireWriter();
  readonly resources = new Map<string, ResourceGroup>();
  readonly refused: ScopeGroup = { scope: NOTHING, extents: [] };
  /** Spans so far. */
  count = 0;

  constructor(bodyBytes: number) {
    this.spans = new WireWriter(bodyBytes);
  }
}

interface ResourceGroup {
  readonly resource: Uint8Array;
  readonly scopes: Map<string, ScopeGroup>;
}

interface ScopeGroup {
  readonly scope: Uint8Array;
  /** Where the group's spans are: start, end, start, end ... */
  readonly extents: number[];
}

export function addSpan(request: ZipkinRequest, span: ZipkinSpan): void {
  if (++request.count > MAX_REQUEST_SPANS) {
    throw new RequestTooLargeError(`a request has at most ${MAX_REQUEST_SPANS} spans`);
  }
  if (span.traceId.length === 0 || span.id.length === 0) {
    addRefused(request, span);
    return;
  }
  const service = serviceOf(span);
  const meaning = meaningOf(span.tags, span.kind, service);
  const { extents } = scopeGroup(request, resourceGroup(request, service, meaning), meaning);
  const start = request.spans.pos;
  writeSpanFields(request.spans, span, meaning);
  extents.push(start, request.spans.pos);
}

function addRefused({ spans, refused }: ZipkinRequest, { traceId, id }: ZipkinSpan): void {
  const start = spans.pos;
  writeId(spans, SPAN_TRACE_ID, traceId);
  writeId(spans, SPAN_SPAN_ID, id);
  refused.extents.push(start, spans.pos);
}

/** The endpoint's name; without one, what OpenTelemetry's exporters put into the tags. */
function serviceOf({ localEndpoint, tags }: ZipkinSpan): string {
  const name = localEndpoint?.serviceName ?? '';
  const tag = tags.get('service.name');
  return name === '' && typeof tag === 'string' ? tag : name;
}

/** Bytes of an ExportTraceServiceRequest. */
export function finishRequest({ spans, resources, refused }: ZipkinRequest): Uint8Array {
  const out = new SpansWriter(spans.pos);
  for (const { resource, scopes } of resources.values()) {
    for (const group of scopes.values()) writeGroup(out, resource, group, spans);
  }
  writeGroup(out, NOTHING, refused, spans);
  return takeRequest(out);
}

function writeGroup(
  out: SpansWriter,
  resource: Uint8Array,
  { scope, extents }: ScopeGroup,
  spans: WireWriter,
): void {
  for (let i = 0; i < extents.length; i += 2) {
    const buf = spans.buf.subarray(extents[i], extents[i + 1]);
    writeSpan(out, resource, scope, { buf, pos: buf.length });
  }
}

/** A span without a local service has one without a name: Zipkin knows such spans, and shows them so. */
function resourceGroup(
  { scratch, resources }: ZipkinRequest,
  service: string,
  { resource }: TagMeaning,
): ResourceGroup {
  scratch.reset();
  writeAttribute(scratch, RESOURCE_ATTRIBUTES, 'service.name', service);
  for (const [key, value] of resource) writeAttribute(scratch, RESOURCE_ATTRIBUTES, key, value);
  const key = written(scratch);
  let group = resources.get(key);
  if (group === undefined) resources.set(key, (group = { resource: scratch.take(), scopes: new Map() }));
  return group;
}

function scopeGroup(
  { scratch }: ZipkinRequest,
  { scopes }: ResourceGroup,
  { scopeName, scopeVersion }: TagMeaning,
): ScopeGroup {
  scratch.reset();
  writeText(scratch, SCOPE_NAME, scopeName);
  writeText(scratch, SCOPE_VERSION, scopeVersion);
  const key = written(scratch);
  let group = scopes.get(key);
  if (group === undefined) scopes.set(key, (group = { scope: scratch.take(), extents: [] }));
  return group;
}

/** The bytes as a key: one character each. */
function written({ buf, pos }: WireWriter): string {
  return Buffer.from(buf.buffer, buf.byteOffset, pos).toString('latin1');
}
