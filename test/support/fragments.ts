/**
 * Fragments from a few words a span, for tests of what is derived from them. The bytes come from protobufjs, the oracle, not from
 * our own writer. Ids are labels of up to eight characters, filled up with zero bytes.
 */
import { opentelemetry } from '../../proto/generated/index.js';
import { hasParent, readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { FactsReader } from '../../services/core/trace/facts_reader.ts';
import { newNode, SpanTable } from '../../services/core/trace/run.ts';
import { spanFingerprint } from '../../services/core/trace/span_fingerprint.ts';
import type {
  CloseReason,
  Fragment,
  FragmentSpan,
  SpanHeader,
  SpanNode,
} from '../../services/core/trace/run.ts';

const { Span } = opentelemetry.proto.trace.v1;
const { Resource } = opentelemetry.proto.resource.v1;

/** 2023-11-14T22:13:20Z: a multiple of ten seconds. */
export const BASE_MS = 1_700_000_000_000;
export const TRACE_ID = 'trace 0123456789';

export interface SpanSpec {
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly name?: string;
  /** As in OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind?: number;
  /** Nanoseconds since BASE_MS. */
  readonly start?: number;
  readonly duration?: number;
  readonly status?: number;
  readonly traceState?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Ids of spans of the same trace, or of another one where the label has a `/other` behind it. */
  readonly links?: readonly string[];
}

export const spanId = (label: string): string => label.padEnd(8, '\0');

const headers = new Map<string, SpanHeader>();

/** One header object for each service, as assembly's table has it. */
export function headerOf(service: string): SpanHeader {
  let header = headers.get(service);
  if (header === undefined) {
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
    header = {
      resource: Resource.encode(resource).finish(),
      resourceSchemaUrl: new Uint8Array(0),
      scope: new Uint8Array(0),
      scopeSchemaUrl: new Uint8Array(0),
      service,
    };
    headers.set(service, header);
  }
  return header;
}

export function encodeSpan(spec: SpanSpec): Uint8Array {
  const start = BigInt(BASE_MS) * 1_000_000n + BigInt(spec.start ?? 0);
  const end = start + BigInt(spec.duration ?? 0);
  return Span.encode(
    Span.fromObject({
      traceId: Buffer.from(TRACE_ID, 'latin1'),
      spanId: Buffer.from(spanId(spec.id), 'latin1'),
      parentSpanId: spec.parent === undefined ? undefined : Buffer.from(spanId(spec.parent), 'latin1'),
      name: spec.name ?? 'work',
      kind: spec.kind ?? 1,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(end),
      traceState: spec.traceState,
      status: spec.status === undefined ? undefined : { code: spec.status },
      attributes: Object.entries(spec.attributes ?? {}).map(([key, value]) => ({
        key,
        value: { stringValue: value },
      })),
      links: (spec.links ?? []).map((link) => ({
        traceId: Buffer.from(link.endsWith('/other') ? 'another trace!!!' : TRACE_ID, 'latin1'),
        spanId: Buffer.from(spanId(link.replace('/other', '')), 'latin1'),
      })),
    }),
  ).finish();
}

/** Of raw bytes as latin1; a root has no parent's. */
export function nodeIds(id: string, parentId: string) {
  const [idLow, idHigh] = halves(id);
  const [parentLow, parentHigh] = parentId === '' ? [0, 0] : halves(parentId);
  return { idLow, idHigh, parentLow, parentHigh };
}

function halves(id: string): [low: number, high: number] {
  const bytes = Buffer.from(id, 'latin1');
  return [bytes.readInt32LE(0), bytes.readInt32LE(4)];
}

const view = new SpanView();
const factsReader = new FactsReader();

/** As assembly makes it of a span that arrives. */
export function arrivedNode(bytes: Uint8Array, header: SpanHeader, traceId: string): SpanNode {
  readSpanView(view, bytes, 0, bytes.length);
  const latin1 = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('latin1');
  const ids = nodeIds(
    latin1(view.spanIdStart, view.spanIdEnd),
    hasParent(view) ? latin1(view.parentIdStart, view.parentIdEnd) : '',
  );
  const fingerprint = spanFingerprint(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  const node = newNode(ids, view.kind, fingerprint);
  factsReader.read(view, header, traceId, node.facts);
  return node;
}

/** A span as assembly hands it on, known to the run's table. Bytes before and after it are not its own. */
function fragmentSpan(spec: SpanSpec, traceId: string, known: SpanTable): FragmentSpan {
  const bytes = encodeSpan(spec);
  const header = headerOf(spec.service ?? 'shop');
  const node = arrivedNode(bytes, header, traceId);
  known.add(node);
  const buf = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]);
  return { node, header, buf, start: 6, end: 6 + bytes.length };
}

export interface FragmentSpec {
  readonly tenant?: string;
  readonly traceId?: string;
  readonly number?: number;
  readonly reason?: CloseReason;
  readonly receivedMs?: number;
  readonly known?: SpanTable;
}

export function fragmentOf(specs: readonly SpanSpec[], more: FragmentSpec = {}): Fragment {
  const known = more.known ?? new SpanTable();
  const traceId = more.traceId ?? TRACE_ID;
  return {
    tenant: more.tenant ?? 'default',
    traceId,
    number: more.number ?? 0,
    reason: more.reason ?? 'settled',
    receivedMs: more.receivedMs ?? BASE_MS + 5_000,
    spans: specs.map((spec) => fragmentSpan(spec, traceId, known)),
    known,
  };
}
