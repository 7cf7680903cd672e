/**
 * Redacts one export request after the other by a policy, on the wire format.
 *
 *     TracesData { 1: ResourceSpans { 1: Resource  2: ScopeSpans { 1: Scope  2: Span* }* }* }
 *
 * Not for reading policies (read_policy.ts). Invariants: what no rule and no limit concerns stays byte for byte, fields that
 * nobody knows too, and a request in which nothing changes is given back itself; to redact the result again changes nothing.
 * The request is not written to.
 */
import { AttributeKeys, readStringAttributes } from '../otlp/attributes.ts';
import * as field from '../otlp/fields.ts';
import { Cursor, readLength, readTag, skipValue } from '../wire/cursor.ts';
import { applyEdits, enter, leave } from './edits.ts';
import { redactNested, redactResource, redactScope, redactSpan, unlimited } from './messages.ts';
import { addHits, begin, Pass, type Change, type Tally } from './pass.ts';
import { Contexts } from './plans.ts';
import type { KeyedHash, Policy } from './policy.ts';

export interface RedactorOptions {
  readonly hash: KeyedHash;
  /** A request that would grow by more is refused: hashes can be longer than what they stand for. */
  readonly maxGrowth?: number;
  /** Filled with what each request had changed, for reports. */
  readonly changes?: Change[] | null;
}

const DEFAULT_MAX_GROWTH = 16 * 1024 * 1024;
const SERVICE_NAME = new AttributeKeys(['service.name']);
const NO_BYTES = new Uint8Array(0);

export class Redactor {
  readonly policy: Policy;
  private readonly pass: Pass;
  private readonly contexts: Contexts;
  private readonly maxGrowth: number;

  constructor(policy: Policy, { hash, maxGrowth = DEFAULT_MAX_GROWTH, changes = null }: RedactorOptions) {
    this.policy = policy;
    this.pass = new Pass(policy, hash, changes);
    this.contexts = new Contexts(policy);
    this.maxGrowth = maxGrowth;
  }

  /** The same object where nothing changes. Throws WireError where the bytes are no request, GrowthError (one of these) where they would grow too large. */
  redact(request: Uint8Array, tally: Tally): Uint8Array {
    const { pass } = this;
    // One class of arrays keeps the walk monomorphic.
    begin(pass, new Uint8Array(request.buffer, request.byteOffset, request.length), this.maxGrowth);
    const cursor = new Cursor(pass.buf);
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag === field.TRACES_RESOURCE_SPANS) this.nested(cursor, this.resourceSpans);
      else skipValue(cursor, tag);
    }
    addHits(pass, tally);
    const result = applyEdits(pass.edits, pass.buf);
    const isSame = result === pass.buf;
    pass.buf = NO_BYTES;
    return isSame ? request : result;
  }

  private nested(cursor: Cursor, redact: (start: number, end: number) => void): void {
    const lengthStart = cursor.pos;
    const length = readLength(cursor);
    const start = cursor.pos;
    cursor.pos += length;
    enter(this.pass.edits, lengthStart, start);
    redact(start, cursor.pos);
    leave(this.pass.edits, cursor.pos);
  }

  private readonly resourceSpans = (start: number, end: number): void => {
    const { contexts, pass } = this;
    const service = contexts.hasServices ? serviceName(pass.buf, start, end) : NO_BYTES;
    const plans = contexts.of(service, null);
    const counted = unlimited();
    const cursor = new Cursor(pass.buf, start, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === field.RESOURCE_SPANS_RESOURCE && plans.needs.resource) {
        this.nested(cursor, (from, to) => redactResource(pass, plans, counted, from, to));
      } else if (tag === field.RESOURCE_SPANS_SCOPE_SPANS) {
        this.nested(cursor, (from, to) => this.scopeSpans(service, from, to));
      } else {
        skipValue(cursor, tag);
      }
    }
  };

  private scopeSpans(service: Uint8Array, start: number, end: number): void {
    const { contexts, pass } = this;
    const plans = contexts.of(service, contexts.hasScopes ? scopeName(pass.buf, start, end) : NO_BYTES);
    const counted = unlimited();
    const cursor = new Cursor(pass.buf, start, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag === field.SCOPE_SPANS_SPANS && plans.needs.span) redactNested(pass, plans, redactSpan, cursor);
      else if (tag === field.SCOPE_SPANS_SCOPE && plans.needs.scope) {
        this.nested(cursor, (from, to) => redactScope(pass, plans, counted, from, to));
      } else skipValue(cursor, tag);
    }
  }
}

/** As protobuf merges resources: the last `service.name` counts. Without one, what OpenTelemetry calls such a service. */
function serviceName(buf: Uint8Array, start: number, end: number): Uint8Array {
  let name = '';
  forEach(buf, start, end, field.RESOURCE_SPANS_RESOURCE, (from, to) => {
    name =
      readStringAttributes(buf, from, to, field.RESOURCE_ATTRIBUTES, SERVICE_NAME).get('service.name') ??
      name;
  });
  return new TextEncoder().encode(name === '' ? 'unknown_service' : name);
}

function scopeName(buf: Uint8Array, start: number, end: number): Uint8Array {
  let name: Uint8Array = NO_BYTES;
  forEach(buf, start, end, field.SCOPE_SPANS_SCOPE, (from, to) => {
    forEach(buf, from, to, field.SCOPE_NAME, (nameStart, nameEnd) => {
      name = buf.subarray(nameStart, nameEnd);
    });
  });
  return name;
}

function forEach(
  buf: Uint8Array,
  start: number,
  end: number,
  wanted: number,
  visit: (start: number, end: number) => void,
): void {
  const cursor = new Cursor(buf, start, end);
  while (cursor.pos < end) {
    const tag = readTag(cursor);
    if (tag !== wanted) {
      skipValue(cursor, tag);
      continue;
    }
    const length = readLength(cursor);
    visit(cursor.pos, cursor.pos + length);
    cursor.pos += length;
  }
}
