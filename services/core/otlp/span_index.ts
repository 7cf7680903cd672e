/**
 * Where every span of a TracesData message lies, and under which resource and scope.
 *
 *     TracesData    { 1: ResourceSpans* }
 *     ResourceSpans { 1: Resource  2: ScopeSpans*  3: schema_url }
 *     ScopeSpans    { 1: Scope     2: Span*        3: schema_url }
 *
 * Not for what is inside a span (span_view.ts). Fields may come in any order on the wire, so a resource may stand
 * behind its spans: each level is walked once for its header and once for its children. Offsets point into the
 * message given to `read` and are good until the next call.
 *
 * A resource or scope that comes twice is merged by protobuf, which no pair of offsets can say: the last one is the
 * group's, the others stand in `earlierHeaders`. The collector writes them as one, so readers of our topics need not look.
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
import { RequestTooLargeError } from './request_limits.ts';

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

/** Offsets (start, end, start, end ...) of the resource and scope messages that a group's own are merged onto. */
export interface EarlierHeaders {
  readonly resource: readonly number[];
  readonly scope: readonly number[];
}

/** Kept between calls up to this many spans: a request of millions of empty ones must not pin its arrays. */
const MAX_KEPT_SPANS = 65_536;

export class SpanIndex {
  /** Spans found; of the arrays below, that many entries count. */
  count = 0;
  /** Offset of each span's first byte, after its tag and length. */
  readonly start: number[] = [];
  readonly end: number[] = [];
  /** Offset of the tag before it: `[fieldStart, end)` is the whole field, ready to be copied. */
  readonly fieldStart: number[] = [];
  /** Position in `groups` of each span's resource and scope. */
  readonly group: number[] = [];
  readonly groups: SpanGroup[] = [];
  /** For each group, which ResourceSpans of the message it belongs to. */
  readonly resourceOfGroup: number[] = [];
  /** By group; nearly always empty. */
  readonly earlierHeaders = new Map<number, EarlierHeaders>();

  private resources = 0;
  private readonly maxSpans: number;
  private readonly outer = new Cursor(new Uint8Array(0));
  private readonly inner = new Cursor(new Uint8Array(0));

  /** With a limit of spans, which is one of scopes as well. */
  constructor(maxSpans = Infinity) {
    this.maxSpans = maxSpans;
  }

  /**
   * Indexes `message[from, to)`. Throws WireError where it is no TracesData, RequestTooLargeError where it has too many spans; the
   * index then is of no use.
   */
  read(message: Uint8Array, from = 0, to = message.length): void {
    this.clear();
    const { outer } = this;
    seek(outer, message, from, to);
    while (outer.pos < to) {
      const tag = readTag(outer);
      if (tag === TRACES_RESOURCE_SPANS) {
        const length = readLength(outer);
        this.readResourceSpans(message, outer.pos, outer.pos + length);
        outer.pos += length;
      } else {
        skipValue(outer, tag);
      }
    }
  }

  private clear(): void {
    this.count = this.resources = 0;
    this.groups.length = this.resourceOfGroup.length = 0;
    this.earlierHeaders.clear();
    if (this.start.length <= MAX_KEPT_SPANS) return;
    this.start.length = this.end.length = this.fieldStart.length = this.group.length = 0;
  }

  private readResourceSpans(message: Uint8Array, from: number, to: number): void {
    const { inner } = this;
    if (this.resources >= this.maxSpans) throw this.tooLarge('resources');
    const header = groupWithoutHeaders(from);
    const scopes: number[] = [];
    let earlier: number[] | null = null;
    seek(inner, message, from, to);
    while (inner.pos < to) {
      const tag = readTag(inner);
      if (tag === RESOURCE_SPANS_SCOPE_SPANS) {
        const length = readLength(inner);
        if (this.groups.length + scopes.length / 2 >= this.maxSpans) throw this.tooLarge('scopes');
        scopes.push(inner.pos, inner.pos + length);
        inner.pos += length;
      } else if (tag === RESOURCE_SPANS_RESOURCE) {
        const length = readLength(inner);
        if (header.resourceStart > from) (earlier ??= []).push(header.resourceStart, header.resourceEnd);
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
      this.readScopeSpans(message, header, earlier, scopes[i] ?? to, scopes[i + 1] ?? to);
    }
    this.resources++;
  }

  private readScopeSpans(
    message: Uint8Array,
    resource: SpanGroup,
    earlierResources: readonly number[] | null,
    from: number,
    to: number,
  ): void {
    const { inner } = this;
    const group: SpanGroup = { ...resource };
    const position = this.groups.length;
    let earlierScopes: number[] | null = null;
    this.groups.push(group);
    this.resourceOfGroup.push(this.resources);
    seek(inner, message, from, to);
    while (inner.pos < to) {
      const fieldStart = inner.pos;
      const tag = readTag(inner);
      if (tag === SCOPE_SPANS_SPANS) {
        const length = readLength(inner);
        this.addSpan(position, fieldStart, inner.pos, inner.pos + length);
        inner.pos += length;
      } else if (tag === SCOPE_SPANS_SCOPE) {
        const length = readLength(inner);
        if (group.scopeStart > resource.scopeStart) {
          (earlierScopes ??= []).push(group.scopeStart, group.scopeEnd);
        }
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
    if (earlierResources !== null || earlierScopes !== null) {
      this.earlierHeaders.set(position, { resource: earlierResources ?? [], scope: earlierScopes ?? [] });
    }
  }

  private tooLarge(what: string): RequestTooLargeError {
    return new RequestTooLargeError(`a request has at most ${this.maxSpans} ${what}`);
  }

  private addSpan(group: number, fieldStart: number, start: number, end: number): void {
    if (this.count >= this.maxSpans) throw this.tooLarge('spans');
    const i = this.count++;
    this.group[i] = group;
    this.fieldStart[i] = fieldStart;
    this.start[i] = start;
    this.end[i] = end;
  }
}

function groupWithoutHeaders(at: number): SpanGroup {
  return {
    resourceStart: at,
    resourceEnd: at,
    resourceSchemaUrlStart: at,
    resourceSchemaUrlEnd: at,
    scopeStart: at,
    scopeEnd: at,
    scopeSchemaUrlStart: at,
    scopeSchemaUrlEnd: at,
  };
}
