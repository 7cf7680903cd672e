/**
 * Where every span of a TracesData message lies, and under which resource and scope.
 *
 *     TracesData    { 1: ResourceSpans* }
 *     ResourceSpans { 1: Resource  2: ScopeSpans*  3: schema_url }
 *     ScopeSpans    { 1: Scope     2: Span*        3: schema_url }
 *
 * Not for what is inside a span (span_view.ts). Fields may come in any order on the wire, so a resource may stand
 * behind its spans: each level is walked once for its header and once for its children. Offsets point into the
 * message given to `indexSpans` and are good until the next call.
 */
import {
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCHEMA_URL,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_SPANS_SCHEMA_URL,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPANS,
  TRACES_RESOURCE_SPANS,
} from './fields.ts';
import { Cursor, readLength, readTag, seek, skipValue } from '../wire/cursor.ts';

/** A resource and a scope, as offsets of their message bytes; start = end where the message has none. */
export interface SpanGroup {
  resourceStart: number;
  resourceEnd: number;
  resourceSchemaUrlStart: number;
  resourceSchemaUrlEnd: number;
  scopeStart: number;
  scopeEnd: number;
  scopeSchemaUrlStart: number;
  scopeSchemaUrlEnd: number;
}

export class SpanIndex {
  /** Spans found; the arrays below hold that many. */
  count = 0;
  /** Offset of each span's first byte, after its tag and length. */
  readonly start: number[] = [];
  readonly end: number[] = [];
  /** Position in `groups` of each span's resource and scope. */
  readonly group: number[] = [];
  readonly groups: SpanGroup[] = [];

  private readonly cursor = new Cursor(new Uint8Array(0));
  private readonly inner = new Cursor(new Uint8Array(0));

  /**
   * Indexes `message[from, to)`. Throws WireError where it is no TracesData; the index then is of no use.
   */
  read(message: Uint8Array, from = 0, to = message.length): void {
    this.count = 0;
    this.start.length = this.end.length = this.group.length = this.groups.length = 0;
    const { cursor } = this;
    seek(cursor, message, from, to);
    while (cursor.pos < to) {
      const tag = readTag(cursor);
      if (tag === TRACES_RESOURCE_SPANS) {
        const length = readLength(cursor);
        this.readResourceSpans(message, cursor.pos, cursor.pos + length);
        seek(cursor, message, cursor.pos + length, to);
      } else {
        skipValue(cursor, tag);
      }
    }
  }

  private readResourceSpans(message: Uint8Array, from: number, to: number): void {
    const { inner } = this;
    const header: SpanGroup = {
      resourceStart: from,
      resourceEnd: from,
      resourceSchemaUrlStart: from,
      resourceSchemaUrlEnd: from,
      scopeStart: from,
      scopeEnd: from,
      scopeSchemaUrlStart: from,
      scopeSchemaUrlEnd: from,
    };
    const scopes: number[] = [];
    seek(inner, message, from, to);
    while (inner.pos < to) {
      const tag = readTag(inner);
      if (tag === RESOURCE_SPANS_SCOPE_SPANS) {
        const length = readLength(inner);
        scopes.push(inner.pos, inner.pos + length);
        inner.pos += length;
      } else if (tag === RESOURCE_SPANS_RESOURCE) {
        const length = readLength(inner);
        header.resourceStart = inner.pos;
        header.resourceEnd = inner.pos += length;
      } else if (tag === RESOURCE_SPANS_SCHEMA_URL) {
        const length = readLength(inner);
        header.resourceSchemaUrlStart = inner.pos;
        header.resourceSchemaUrlEnd = inner.pos += length;
      } else {
        skipValue(inner, tag);
      }
    }
    for (let i = 0; i < scopes.length; i += 2) {
      this.readScopeSpans(message, header, scopes[i] ?? to, scopes[i + 1] ?? to);
    }
  }

  private readScopeSpans(message: Uint8Array, resource: SpanGroup, from: number, to: number): void {
    const { inner } = this;
    const group: SpanGroup = { ...resource };
    const position = this.groups.length;
    this.groups.push(group);
    seek(inner, message, from, to);
    while (inner.pos < to) {
      const tag = readTag(inner);
      if (tag === SCOPE_SPANS_SPANS) {
        const length = readLength(inner);
        this.start.push(inner.pos);
        this.end.push(inner.pos + length);
        this.group.push(position);
        this.count++;
        inner.pos += length;
      } else if (tag === SCOPE_SPANS_SCOPE) {
        const length = readLength(inner);
        group.scopeStart = inner.pos;
        group.scopeEnd = inner.pos += length;
      } else if (tag === SCOPE_SPANS_SCHEMA_URL) {
        const length = readLength(inner);
        group.scopeSchemaUrlStart = inner.pos;
        group.scopeSchemaUrlEnd = inner.pos += length;
      } else {
        skipValue(inner, tag);
      }
    }
  }
}
