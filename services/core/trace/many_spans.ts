/** The spans of a long run: objects in a table by id. */
import { hasParent, type SpanView } from '../otlp/span_view.ts';
import { int32At } from '../wire/cursor.ts';
import { keyOf64 } from '../wire/keys.ts';
import {
  isRoot,
  newNode,
  spanKey,
  type FragmentSpan,
  type SpanHeader,
  type SpanNode,
  type SpanTable,
} from './run.ts';
import type { Arrival, RunSpans } from './run_spans.ts';
import type { HeldSpan } from './unsent_spans.ts';

/** A client that gives one id to more spans than this in a trace is broken; its retries are not looked for beyond. */
const MAX_SAME_ID = 64;

export class ManySpans implements RunSpans {
  private readonly table: SpanTable;
  private waiting: HeldSpan[];
  private hasRoot = false;
  /** Parents that spans name and that are not there. */
  private readonly missingParents = new Set<string>();

  /** Takes over what a run had before it was long. */
  constructor(table: SpanTable, waiting: HeldSpan[]) {
    this.table = table;
    this.waiting = waiting;
    for (const node of table.nodes) this.relate(node);
  }

  get count(): number {
    return this.table.nodes.length;
  }

  get unsent(): number {
    return this.waiting.length;
  }

  get lastHeader(): SpanHeader | null {
    return this.waiting.at(-1)?.header ?? null;
  }

  get isComplete(): boolean {
    return this.hasRoot && this.missingParents.size === 0;
  }

  has({ view, fingerprint }: Arrival): boolean {
    let known =
      this.table.find(int32At(view.buf, view.spanIdStart), int32At(view.buf, view.spanIdStart + 4)) ?? null;
    for (let seen = 0; known !== null && seen < MAX_SAME_ID; seen++, known = known.sameId) {
      if (known.kind === view.kind && known.fingerprint === fingerprint) return true;
    }
    return false;
  }

  add({ view, fingerprint, header, facts, record }: Arrival): void {
    const node = nodeOf(view, fingerprint);
    Object.assign(node.facts, facts);
    this.table.add(node);
    this.relate(node);
    this.waiting.push({ node, header, record, start: view.start, end: view.end });
  }

  send(send: (unsent: readonly FragmentSpan[], known: SpanTable) => void): void {
    const { waiting } = this;
    this.waiting = [];
    send(waiting.map(fragmentSpan), this.table);
    for (const { record } of waiting) record.release();
  }

  end(): SpanTable {
    return this.table;
  }

  release(): void {
    for (const { record } of this.waiting) record.release();
  }

  private relate(node: SpanNode): void {
    const { parentLow, parentHigh } = node;
    if (this.missingParents.size > 0) this.missingParents.delete(spanKey(node));
    if (isRoot(node)) this.hasRoot = true;
    else if (this.table.find(parentLow, parentHigh) === undefined) {
      this.missingParents.add(keyOf64(parentLow, parentHigh));
    }
  }
}

function nodeOf(view: SpanView, fingerprint: number): SpanNode {
  const isChild = hasParent(view);
  const ids = {
    idLow: int32At(view.buf, view.spanIdStart),
    idHigh: int32At(view.buf, view.spanIdStart + 4),
    parentLow: isChild ? int32At(view.buf, view.parentIdStart) : 0,
    parentHigh: isChild ? int32At(view.buf, view.parentIdStart + 4) : 0,
  };
  return newNode(ids, view.kind, fingerprint);
}

function fragmentSpan({ node, header, record, start: from, end: to }: HeldSpan): FragmentSpan {
  const { buf, start, end } = record.read(from, to);
  return { node, header, buf, start, end };
}
