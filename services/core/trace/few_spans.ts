/**
 * The spans of a short run: a chain of rows (span_rows.ts), looked through from end to end. They become objects for as long as
 * somebody looks at them: when a fragment is sent, and at the run's end.
 */
import { int32At } from '../wire/cursor.ts';
import { ManySpans } from './many_spans.ts';
import { SpanTable, type FragmentSpan, type SpanHeader } from './run.ts';
import type { Arrival, RunSpans } from './run_spans.ts';
import type { SpanRows } from './span_rows.ts';
import { NONE, type HeldSpan } from './unsent_spans.ts';

/** A run of more spans is long. */
export const FEW_SPANS = 48;

export class FewSpans implements RunSpans {
  count = 0;
  unsent = 0;
  private readonly rows: SpanRows;
  private first = NONE;
  private last = NONE;
  private firstUnsent = NONE;
  private hasRoot = false;
  /** Spans whose parent is not there. */
  private lackParent = 0;
  /** Bits of the ids that are there: an id whose bit is not set is not there, and no row has to be looked at. */
  private idBits = 0;
  /** Bits of the parents that are not there; some may have come since. */
  private missingBits = 0;

  constructor(rows: SpanRows) {
    this.rows = rows;
  }

  get lastHeader(): SpanHeader | null {
    return this.last === NONE ? null : this.rows.header(this.last);
  }

  get isComplete(): boolean {
    return this.hasRoot && this.lackParent === 0;
  }

  has({ view, fingerprint }: Arrival): boolean {
    const { rows } = this;
    const low = int32At(view.buf, view.spanIdStart);
    const high = int32At(view.buf, view.spanIdStart + 4);
    if ((this.idBits & bitOf(low, high)) === 0) return false;
    for (let row = this.first; row !== NONE; row = rows.next(row)) {
      if (rows.isSpan(row, low, high) && rows.isSame(row, view.kind, fingerprint)) return true;
    }
    return false;
  }

  add(arrival: Arrival): void {
    const { rows } = this;
    const row = rows.add(arrival, this.last);
    if (this.last === NONE) this.first = row;
    else rows.chain(this.last, row);
    this.last = row;
    if (this.firstUnsent === NONE) this.firstUnsent = row;
    this.count++;
    this.unsent++;
    this.relate(row);
  }

  send(send: (unsent: readonly FragmentSpan[], known: SpanTable) => void): void {
    const { rows } = this;
    const known = this.lentTable();
    const unsent: FragmentSpan[] = [];
    let row = this.firstUnsent;
    for (let at = this.count - this.unsent; at < this.count; at++, row = rows.next(row)) {
      const node = known.nodes[at];
      if (node !== undefined) unsent.push(rows.fragmentSpan(row, node));
    }
    send(unsent, known);
    row = this.firstUnsent;
    for (const { node } of unsent) {
      rows.release(row);
      rows.sent(row, node.edge);
      row = rows.next(row);
    }
    this.firstUnsent = NONE;
    this.unsent = 0;
  }

  end(): SpanTable {
    const table = this.lentTable();
    this.giveBack();
    return table;
  }

  release(): void {
    for (let row = this.firstUnsent; row !== NONE; row = this.rows.next(row)) {
      this.rows.release(row);
    }
  }

  /** The same spans, to be used in place of this from now on. */
  toMany(): ManySpans {
    const { rows } = this;
    const table = new SpanTable();
    const waiting: HeldSpan[] = [];
    let isSent = true;
    for (let row = this.first; row !== NONE; row = rows.next(row)) {
      const node = rows.node(row);
      table.add(node);
      isSent &&= row !== this.firstUnsent;
      if (!isSent) waiting.push(rows.heldSpan(row, node));
    }
    this.giveBack();
    return new ManySpans(table, waiting);
  }

  /** Good until any run of these rows is looked at again. */
  private lentTable(): SpanTable {
    const { rows } = this;
    const table = new SpanTable();
    let place = 0;
    for (let row = this.first; row !== NONE; row = rows.next(row)) table.add(rows.lentNode(row, place++));
    return table;
  }

  /** What the new span changes in who lacks a parent: it may be one, and its own may not be there. */
  private relate(added: number): void {
    const { rows } = this;
    const bit = bitOf(rows.idLow(added), rows.idHigh(added));
    this.idBits |= bit;
    if ((this.missingBits & bit) !== 0) this.adopt(added);
    if (!rows.hasParent(added)) {
      this.hasRoot = true;
      return;
    }
    const parentBit = bitOf(rows.parentLow(added), rows.parentHigh(added));
    if ((this.idBits & parentBit) !== 0 && this.isParentThere(added)) return;
    rows.setLacksParent(added, true);
    this.lackParent++;
    this.missingBits |= parentBit;
  }

  /** The new span may be the parent that others lack. */
  private adopt(added: number): void {
    const { rows } = this;
    for (let row = this.first; row !== NONE && this.lackParent > 0; row = rows.next(row)) {
      if (!rows.lacksParent(row) || !rows.isParentOf(added, row)) continue;
      rows.setLacksParent(row, false);
      this.lackParent--;
    }
    if (this.lackParent === 0) this.missingBits = 0;
  }

  private isParentThere(child: number): boolean {
    const { rows } = this;
    for (let row = this.first; row !== NONE; row = rows.next(row)) {
      if (rows.isParentOf(row, child)) return true;
    }
    return false;
  }

  private giveBack(): void {
    for (let row = this.first; row !== NONE;) {
      const next = this.rows.next(row);
      this.rows.remove(row);
      row = next;
    }
    this.first = this.last = this.firstUnsent = NONE;
    this.count = this.unsent = 0;
  }
}

/** One of 32 bits for an id. All its bits count, since ids that are counted up differ in a few. */
function bitOf(low: number, high: number): number {
  return 1 << (Math.imul(low ^ high, 0x9e3779b1) >>> 27);
}
