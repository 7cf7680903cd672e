/**
 * Copies chosen spans of an indexed message into a TracesData message of their own, under their resources and scopes.
 *
 *     TracesData { 1: ResourceSpans { 1: Resource  2: ScopeSpans { 1: Scope  2: Span*  3: url }*  3: url }* }
 *
 * Not for choosing them. Lengths stand before contents on the wire, so all sizes are counted first and the result is
 * allocated once, exactly. Invariant: a resource is written once for consecutive spans of it, a scope likewise; span
 * fields are copied as they lie, tag and length included; other unknown fields are left behind. The result is the caller's.
 */
import {
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCHEMA_URL,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_SPANS_SCHEMA_URL,
  SCOPE_SPANS_SCOPE,
  TRACES_RESOURCE_SPANS,
} from './fields.ts';
import type { SpanGroup, SpanIndex } from './span_index.ts';
import { lengthFieldSize, writeBytes, writeVarint32, WireWriter } from '../wire/writer.ts';

/** What is copied from: an indexed message, and positions of its spans in the order they are to be written. */
export interface CopySource {
  readonly message: Uint8Array;
  readonly index: SpanIndex;
  readonly order: Uint32Array;
}

/** Consecutive spans under one scope: `order[first, last)`. */
interface ScopeRun {
  readonly group: number;
  readonly first: number;
  readonly last: number;
  /** Content of its ScopeSpans message. */
  readonly bytes: number;
}

/** Consecutive scopes of one resource. */
interface ResourceRun {
  readonly scopes: ScopeRun[];
  /** Content of its ResourceSpans message. */
  bytes: number;
}

/** TracesData bytes of the spans `order[first, last)`. */
export function copySpans(source: CopySource, first: number, last: number): Uint8Array {
  const resources = measure(source, first, last);
  let total = 0;
  for (const run of resources) total += lengthFieldSize(TRACES_RESOURCE_SPANS, run.bytes);
  const writer = new WireWriter(total);
  for (const run of resources) writeResource(writer, source, run);
  return writer.buf;
}

function measure(source: CopySource, first: number, last: number): ResourceRun[] {
  const { index } = source;
  const runs: ResourceRun[] = [];
  let resource = -1;
  let run: ResourceRun = { scopes: [], bytes: 0 };
  for (let at = first; at < last;) {
    const scope = measureScope(source, at, last);
    at = scope.last;
    const itsResource = index.resourceOfGroup[scope.group] ?? -1;
    if (itsResource !== resource) {
      resource = itsResource;
      run = { scopes: [], bytes: resourceHeaderSize(index, scope.group) };
      runs.push(run);
    }
    run.scopes.push(scope);
    run.bytes += lengthFieldSize(RESOURCE_SPANS_SCOPE_SPANS, scope.bytes);
  }
  return runs;
}

function measureScope({ index, order }: CopySource, first: number, end: number): ScopeRun {
  const group = index.group[order[first] ?? 0] ?? 0;
  let bytes = scopeHeaderSize(index, group);
  let at = first;
  for (; at < end; at++) {
    const span = order[at] ?? 0;
    if (index.group[span] !== group) break;
    bytes += (index.end[span] ?? 0) - (index.fieldStart[span] ?? 0);
  }
  return { group, first, last: at, bytes };
}

function resourceHeaderSize(index: SpanIndex, position: number): number {
  const group = groupAt(index, position);
  const earlier = index.earlierHeaders.get(position)?.resource ?? NONE;
  return (
    messageSize(RESOURCE_SPANS_RESOURCE, earlier, group.resourceStart, group.resourceEnd) +
    messageSize(RESOURCE_SPANS_SCHEMA_URL, NONE, group.resourceSchemaUrlStart, group.resourceSchemaUrlEnd)
  );
}

function scopeHeaderSize(index: SpanIndex, position: number): number {
  const group = groupAt(index, position);
  const earlier = index.earlierHeaders.get(position)?.scope ?? NONE;
  return (
    messageSize(SCOPE_SPANS_SCOPE, earlier, group.scopeStart, group.scopeEnd) +
    messageSize(SCOPE_SPANS_SCHEMA_URL, NONE, group.scopeSchemaUrlStart, group.scopeSchemaUrlEnd)
  );
}

function writeResource(writer: WireWriter, source: CopySource, run: ResourceRun): void {
  const { message, index } = source;
  const position = run.scopes[0]?.group ?? 0;
  const group = groupAt(index, position);
  const earlier = index.earlierHeaders.get(position)?.resource ?? NONE;
  writeVarint32(writer, TRACES_RESOURCE_SPANS);
  writeVarint32(writer, run.bytes);
  writeMessage(writer, RESOURCE_SPANS_RESOURCE, message, earlier, group.resourceStart, group.resourceEnd);
  for (const scope of run.scopes) writeScope(writer, source, scope);
  const { resourceSchemaUrlStart: start, resourceSchemaUrlEnd: end } = group;
  writeMessage(writer, RESOURCE_SPANS_SCHEMA_URL, message, NONE, start, end);
}

function writeScope(writer: WireWriter, source: CopySource, run: ScopeRun): void {
  const { message, index } = source;
  const group = groupAt(index, run.group);
  const earlier = index.earlierHeaders.get(run.group)?.scope ?? NONE;
  writeVarint32(writer, RESOURCE_SPANS_SCOPE_SPANS);
  writeVarint32(writer, run.bytes);
  writeMessage(writer, SCOPE_SPANS_SCOPE, message, earlier, group.scopeStart, group.scopeEnd);
  writeSpans(writer, source, run);
  const { scopeSchemaUrlStart: start, scopeSchemaUrlEnd: end } = group;
  writeMessage(writer, SCOPE_SPANS_SCHEMA_URL, message, NONE, start, end);
}

/** Spans that lie one after the other are copied in one piece. */
function writeSpans(writer: WireWriter, { message, index, order }: CopySource, run: ScopeRun): void {
  let from = 0;
  let to = 0;
  for (let at = run.first; at < run.last; at++) {
    const span = order[at] ?? 0;
    const fieldStart = index.fieldStart[span] ?? 0;
    if (fieldStart !== to) {
      writeBytes(writer, message, from, to);
      from = fieldStart;
    }
    to = index.end[span] ?? 0;
  }
  writeBytes(writer, message, from, to);
}

const NONE: readonly number[] = [];

/** Size of a header field whose content is the `earlier` stretches and [start, end); 0 where there is none. */
function messageSize(tag: number, earlier: readonly number[], start: number, end: number): number {
  const length = mergedLength(earlier, start, end);
  return length === 0 ? 0 : lengthFieldSize(tag, length);
}

/** Bytes of two messages one after the other are the merged message: that is how protobuf merges. */
function writeMessage(
  writer: WireWriter,
  tag: number,
  message: Uint8Array,
  earlier: readonly number[],
  start: number,
  end: number,
): void {
  const length = mergedLength(earlier, start, end);
  if (length === 0) return;
  writeVarint32(writer, tag);
  writeVarint32(writer, length);
  for (let i = 0; i < earlier.length; i += 2) writeBytes(writer, message, earlier[i], earlier[i + 1]);
  writeBytes(writer, message, start, end);
}

function mergedLength(earlier: readonly number[], start: number, end: number): number {
  let length = end - start;
  for (let i = 0; i < earlier.length; i += 2) length += (earlier[i + 1] ?? 0) - (earlier[i] ?? 0);
  return length;
}

function groupAt(index: SpanIndex, position: number): SpanGroup {
  const group = index.groups[position];
  if (group === undefined) throw new RangeError(`no group ${position}`);
  return group;
}
