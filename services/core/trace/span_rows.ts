/**
 * What few_spans.ts keeps of spans, for all runs of a partition: a row of 64 bytes a span in one buffer, which the garbage collector neither
 * looks into nor copies, and beside it what a row refers to. Rows are free again once their run gives them back.
 *
 * Not for what the fields mean: run.ts.
 */
import { STATUS_ERROR } from '../otlp/fields.ts';
import { hasParent } from '../otlp/span_view.ts';
import { int32At } from '../wire/cursor.ts';
import {
  newNode,
  type EdgeEnd,
  type EdgePeer,
  type FragmentSpan,
  type SpanHeader,
  type SpanId,
  type SpanNode,
} from './run.ts';
import type { Arrival } from './run_spans.ts';
import { knownKind, NO_LINKS, type NodeFacts } from './span_facts.ts';
import { NONE, UnsentSpans, type HeldSpan } from './unsent_spans.ts';

/** A row as 16 integers, of which one is unused and the last six are three doubles; the first of these is two integers until the span is sent. */
const INTS = 16;
const ID_LOW = 0;
const ID_HIGH = 1;
const PARENT_LOW = 2;
const PARENT_HIGH = 3;
const KIND = 4;
const FINGERPRINT = 5;
const FLAGS = 6;
const NEXT = 7;
const UNSENT = 8;
const REPORTED_LOW = 10;
const REPORTED_HIGH = 11;

const DOUBLES = 8;
const START_MS = 5;
const DURATION_NS = 6;
const WEIGHT = 7;

/** No span of the run has the id of this one's parent. */
const LACKS_PARENT = 2;
const HAS_EDGE = 4;
/** A position in SPAN_STATUSES stands in the two bits from here on. */
const STATUS_SHIFT = 3;
const STATUS_MASK = 3;

/** Rows that follow each other belong to one run, so that it finds them in few lines of the caches. A power of two. */
const BLOCK = 4;
const FIRST_ROWS = 1024;

export class SpanRows {
  private ints = new Int32Array(FIRST_ROWS * INTS);
  private doubles = new Float64Array(this.ints.buffer);
  private used = 0;
  /** The first row of a block that is free; its `next` is that of another. */
  private free = NONE;
  private readonly services: string[] = [];
  private readonly peers: (EdgePeer | null)[] = [];
  private readonly unsent = new UnsentSpans();
  /** Few spans have any. */
  private readonly links = new Map<number, readonly SpanId[]>();
  private readonly lentNodes: SpanNode[] = [];

  /** A new row for a span that has arrived; `last` is its run's last one, or NONE. */
  add({ view, fingerprint, header, facts, record }: Arrival, last: number): number {
    const row = this.rowBehind(last);
    const { ints, doubles } = this;
    const at = row * INTS;
    const isChild = hasParent(view);
    ints[at + ID_LOW] = int32At(view.buf, view.spanIdStart);
    ints[at + ID_HIGH] = int32At(view.buf, view.spanIdStart + 4);
    ints[at + PARENT_LOW] = isChild ? int32At(view.buf, view.parentIdStart) : 0;
    ints[at + PARENT_HIGH] = isChild ? int32At(view.buf, view.parentIdStart + 4) : 0;
    ints[at + KIND] = view.kind;
    ints[at + FINGERPRINT] = fingerprint;
    ints[at + FLAGS] = facts.status << STATUS_SHIFT;
    ints[at + NEXT] = NONE;
    ints[at + UNSENT] = this.unsent.add(header, facts.operation, record, view.start, view.end);
    ints[at + REPORTED_LOW] = facts.startLow;
    ints[at + REPORTED_HIGH] = facts.startHigh;
    doubles[row * DOUBLES + DURATION_NS] = facts.durationNs;
    doubles[row * DOUBLES + WEIGHT] = facts.weight;
    this.services[row] = facts.service;
    this.peers[row] = facts.peer;
    if (facts.links.length > 0) this.links.set(row, facts.links);
    return row;
  }

  /** Gives a row back. All of a run's are given back together, with their blocks. */
  remove(row: number): void {
    this.forgetUnsent(row);
    this.peers[row] = null;
    if (this.links.size > 0) this.links.delete(row);
    if (row % BLOCK !== 0) return;
    this.ints[row * INTS + NEXT] = this.free;
    this.free = row;
  }

  /** The row that was chained behind this one. */
  next(row: number): number {
    return this.ints[row * INTS + NEXT] ?? NONE;
  }

  chain(row: number, next: number): void {
    this.ints[row * INTS + NEXT] = next;
  }

  idLow(row: number): number {
    return this.ints[row * INTS + ID_LOW] ?? 0;
  }

  idHigh(row: number): number {
    return this.ints[row * INTS + ID_HIGH] ?? 0;
  }

  /** 0 where the span has none, as its other half. */
  parentLow(row: number): number {
    return this.ints[row * INTS + PARENT_LOW] ?? 0;
  }

  parentHigh(row: number): number {
    return this.ints[row * INTS + PARENT_HIGH] ?? 0;
  }

  isSpan(row: number, low: number, high: number): boolean {
    const at = row * INTS;
    return this.ints[at + ID_LOW] === low && this.ints[at + ID_HIGH] === high;
  }

  isSame(row: number, kind: number, fingerprint: number): boolean {
    const at = row * INTS;
    return this.ints[at + KIND] === kind && this.ints[at + FINGERPRINT] === fingerprint;
  }

  /** Whether `child` names the span of `row` as its parent. */
  isParentOf(row: number, child: number): boolean {
    return this.isSpan(row, this.parentLow(child), this.parentHigh(child));
  }

  hasParent(row: number): boolean {
    return this.parentLow(row) !== 0 || this.parentHigh(row) !== 0;
  }

  lacksParent(row: number): boolean {
    return this.hasFlag(row, LACKS_PARENT);
  }

  setLacksParent(row: number, lacks: boolean): void {
    this.setFlag(row, LACKS_PARENT, lacks);
  }

  /** Null once the span is sent. */
  header(row: number): SpanHeader | null {
    const place = this.placeOf(row);
    return place === NONE ? null : this.unsent.header(place);
  }

  fragmentSpan(row: number, node: SpanNode): FragmentSpan {
    return this.unsent.fragmentSpan(this.placeOf(row), node);
  }

  heldSpan(row: number, node: SpanNode): HeldSpan {
    return this.unsent.heldSpan(this.placeOf(row), node);
  }

  /** Its record need not be held for this span any more. */
  release(row: number): void {
    this.unsent.record(this.placeOf(row)).release();
  }

  /** The span's bytes, header and operation are needed no more; what edges need of it stays. */
  sent(row: number, edge: EdgeEnd | null): void {
    this.forgetUnsent(row);
    if (edge === null) return;
    this.setFlag(row, HAS_EDGE, true);
    this.doubles[row * DOUBLES + START_MS] = edge.startMs;
  }

  private forgetUnsent(row: number): void {
    const place = this.placeOf(row);
    if (place === NONE) return;
    this.unsent.remove(place);
    this.ints[row * INTS + UNSENT] = NONE;
  }

  /** Where the rest of a span is that is not sent yet. */
  private placeOf(row: number): number {
    return this.ints[row * INTS + UNSENT] ?? NONE;
  }

  /** A node of its own each time. */
  node(row: number): SpanNode {
    return this.fill(row, emptyNode());
  }

  /**
   * The row as a node for as long as nobody asks for another of the same `place`. MEASURED: nodes are looked at twice in a run, and
   * made anew each time they were a fifth of all that the processor allocated.
   */
  lentNode(row: number, place: number): SpanNode {
    return this.fill(row, (this.lentNodes[place] ??= emptyNode()));
  }

  private fill(row: number, node: Mutable<SpanNode>): SpanNode {
    const { ints } = this;
    const at = row * INTS;
    node.idLow = ints[at + ID_LOW] ?? 0;
    node.idHigh = ints[at + ID_HIGH] ?? 0;
    node.parentLow = ints[at + PARENT_LOW] ?? 0;
    node.parentHigh = ints[at + PARENT_HIGH] ?? 0;
    node.kind = ints[at + KIND] ?? 0;
    node.fingerprint = ints[at + FINGERPRINT] ?? 0;
    node.sameId = null;
    this.fillFacts(row, node.facts);
    node.edge = this.hasFlag(row, HAS_EDGE) ? node.facts : null;
    node.position = 0;
    node.parent = null;
    node.isPaired = node.isDelegated = false;
    return node;
  }

  private fillFacts(row: number, facts: NodeFacts): void {
    const { ints, doubles } = this;
    const at = row * INTS;
    facts.service = this.services[row] ?? '';
    facts.kind = knownKind(ints[at + KIND] ?? 0);
    facts.status = ((ints[at + FLAGS] ?? 0) >> STATUS_SHIFT) & STATUS_MASK;
    facts.isError = facts.status === STATUS_ERROR;
    facts.durationNs = doubles[row * DOUBLES + DURATION_NS] ?? 0;
    facts.weight = doubles[row * DOUBLES + WEIGHT] ?? 0;
    facts.peer = this.peers[row] ?? null;
    facts.links = this.links.get(row) ?? NO_LINKS;
    if (this.hasFlag(row, HAS_EDGE)) {
      facts.startMs = doubles[row * DOUBLES + START_MS] ?? 0;
    } else {
      facts.operation = this.unsent.operation(this.placeOf(row));
      facts.startLow = (ints[at + REPORTED_LOW] ?? 0) >>> 0;
      facts.startHigh = (ints[at + REPORTED_HIGH] ?? 0) >>> 0;
    }
  }

  private hasFlag(row: number, flag: number): boolean {
    return ((this.ints[row * INTS + FLAGS] ?? 0) & flag) !== 0;
  }

  private setFlag(row: number, flag: number, isSet: boolean): void {
    const at = row * INTS + FLAGS;
    const flags = this.ints[at] ?? 0;
    this.ints[at] = isSet ? flags | flag : flags & ~flag;
  }

  /** The next row of the run's last block, or the first of a block of its own. */
  private rowBehind(last: number): number {
    if (last !== NONE && (last + 1) % BLOCK !== 0) return last + 1;
    const row = this.free;
    if (row !== NONE) {
      this.free = this.next(row);
      return row;
    }
    if ((this.used + BLOCK) * INTS > this.ints.length) this.grow();
    this.used += BLOCK;
    return this.used - BLOCK;
  }

  private grow(): void {
    const larger = new Int32Array(this.ints.length * 2);
    larger.set(this.ints);
    this.ints = larger;
    this.doubles = new Float64Array(larger.buffer);
  }
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

const NO_IDS = { idLow: 0, idHigh: 0, parentLow: 0, parentHigh: 0 };
const emptyNode = (): SpanNode => newNode(NO_IDS, 0, 0);
