/**
 * Which format a file has, by how it begins. A guess that says when it is none: then `--format` has to say it.
 *
 * JSON is told by the names that only one format has; protobuf by the first field of the first element, which is an id of Zipkin's
 * or a resource of OTLP's.
 */
import type { IngestFormatName } from './formats.ts';

/** As much of the beginning as is looked at. */
export const HEAD_BYTES = 64 * 1024;

/** Null where it looks like none. */
export function detectFormat(head: Buffer): IngestFormatName | null {
  if (isZipkinProto(head)) return 'zipkin_proto';
  if (isOtlpProto(head)) return 'otlp_proto';
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (!text.startsWith('{') && !text.startsWith('[')) return null;
  // A span of Zipkin's own has none of these names, whatever its tags are called: they stand first where they stand at all.
  const first = (name: string): number => {
    const at = text.search(new RegExp(`"${name}"\\s*:`));
    return at === -1 ? Infinity : at;
  };
  const found = MARKS.map(([name, format]) => ({ at: first(name), format })).filter(
    ({ at }) => at < Infinity,
  );
  const [earliest] = found.toSorted((a, b) => a.at - b.at);
  if (earliest === undefined) return null;
  return earliest.format === 'zipkin_json' && isZipkinV1(text) ? 'zipkin_v1_json' : earliest.format;
}

const MARKS: readonly (readonly [name: string, format: IngestFormatName])[] = [
  ['resourceSpans', 'otlp_json'],
  ['traceID', 'jaeger_json'],
  ['traceId', 'zipkin_json'],
];

/** Version 1 has binary annotations, and endpoints within annotations. */
function isZipkinV1(text: string): boolean {
  return (
    /"binaryAnnotations"\s*:/.test(text) || /"annotations"\s*:\s*\[\s*\{[^{}\]]*"endpoint"\s*:/.test(text)
  );
}

const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const FIELD_3 = 0x1a;
const ID_BYTES = 8;
const TRACE_ID_BYTES = 16;

/** ListOfSpans { 1: Span { 1: trace_id (8 or 16 bytes)  [2: parent_id (8)]  3: id (8) */
function isZipkinProto(head: Buffer): boolean {
  const span = contentOf(head, FIELD_1, 0);
  if (span === null || head[span] !== FIELD_1) return false;
  const length = head[span + 1];
  if (length !== ID_BYTES && length !== TRACE_ID_BYTES) return false;
  const parent = span + 2 + length;
  const id = head[parent] === FIELD_2 && head[parent + 1] === ID_BYTES ? parent + 2 + ID_BYTES : parent;
  return head[id] === FIELD_3 && head[id + 1] === ID_BYTES;
}

/** TracesData { 1: ResourceSpans { 1: Resource | 2: ScopeSpans | 3: schema_url */
function isOtlpProto(head: Buffer): boolean {
  const resourceSpans = contentOf(head, FIELD_1, 0);
  if (resourceSpans === null) return false;
  const tag = head[resourceSpans];
  return tag === FIELD_1 || tag === FIELD_2 || tag === FIELD_3;
}

/** Where the content of the field at `at` begins; null where it is another field. */
function contentOf(head: Buffer, tag: number, at: number): number | null {
  if (head[at] !== tag) return null;
  const end = head.subarray(at + 1, at + 6).findIndex((byte) => byte < 0x80);
  return end === -1 ? null : at + 2 + end;
}
