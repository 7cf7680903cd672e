/**
 * Where the nodes of runs wait whose fragment is sent: as numbers in typed arrays, out of reach of the garbage collector.
 *
 * A run waits for its end six times as long as for its fragment, and hardly ever does a span come in that time. As objects these
 * nodes were most of what V8 marked, over and over, in pauses of 400 ms. Not for what nodes mean: run.ts.
 *
 * Nodes are parked in lots. A lot is used anew once all that was parked in it was fetched; since a run ends, or is fetched by a
 * span, within `forget`, that takes little longer than `forget`.
 */
import { SPAN_ID_BYTES } from '../otlp/fields.ts';
import { key8 } from '../wire/keys.ts';
import type { EdgePeer, SpanNode } from './run.ts';

const LOT_NODES = 4096;
/** A larger run stays as it is: there are few. */
const MAX_PARKED = LOT_NODES / 4;
/** Empty lots that are kept; the rest is given back. */
const SPARE_LOTS = 8;

const HAS_PARENT = 1;
const HAS_EDGE = 2;
const IS_ERROR = 4;

export class SpanParking {
  private lot = new Lot();
  private readonly spare: Lot[] = [];

  /** Takes the nodes of a run in; null where they are too many. */
  park(nodes: readonly SpanNode[]): Parked | null {
    if (nodes.length > MAX_PARKED) return null;
    if (this.lot.used + nodes.length > LOT_NODES) this.nextLot();
    const { lot } = this;
    const first = lot.used;
    for (const node of nodes) lot.add(node);
    return { lot, first, count: nodes.length };
  }

  /** The nodes as they were, but for `sameId` and `position`, which are null and 0. To be asked once. */
  fetch({ lot, first, count }: Parked): SpanNode[] {
    const nodes: SpanNode[] = [];
    for (let at = first; at < first + count; at++) nodes.push(lot.take(at));
    if (lot.parked === 0 && lot !== this.lot && this.spare.length < SPARE_LOTS) {
      lot.used = 0;
      this.spare.push(lot);
    }
    return nodes;
  }

  private nextLot(): void {
    this.lot = this.spare.pop() ?? new Lot();
  }
}

/** Nodes of one run, one after the other. */
export interface Parked {
  readonly lot: Lot;
  readonly first: number;
  readonly count: number;
}

class Lot {
  used = 0;
  /** Of those in use, not yet fetched. */
  parked = 0;
  /** Span id and parent id. */
  private readonly ids = new Uint8Array(LOT_NODES * 2 * SPAN_ID_BYTES);
  private readonly flags = new Uint8Array(LOT_NODES);
  private readonly kinds = new Float64Array(LOT_NODES);
  private readonly fingerprints = new Int32Array(LOT_NODES);
  private readonly startMs = new Float64Array(LOT_NODES);
  private readonly durationNs = new Float64Array(LOT_NODES);
  private readonly weights = new Float64Array(LOT_NODES);
  private readonly services: string[] = [];
  private readonly peers: (EdgePeer | null)[] = [];
  /** Few spans have any. */
  private readonly links = new Map<number, readonly string[]>();

  add({ spanId, parentId, kind, fingerprint, edge }: SpanNode): void {
    const at = this.used++;
    this.parked++;
    this.writeId(2 * at, spanId);
    this.writeId(2 * at + 1, parentId);
    this.kinds[at] = kind;
    this.fingerprints[at] = fingerprint;
    const ofParent = parentId === '' ? 0 : HAS_PARENT;
    this.flags[at] = edge === null ? ofParent : ofParent | HAS_EDGE | (edge.isError ? IS_ERROR : 0);
    this.services[at] = edge?.service ?? '';
    this.peers[at] = edge?.peer ?? null;
    if (edge === null) return;
    this.startMs[at] = edge.startMs;
    this.durationNs[at] = edge.durationNs;
    this.weights[at] = edge.weight;
    if (edge.links.length > 0) this.links.set(at, edge.links);
  }

  take(at: number): SpanNode {
    this.parked--;
    const flags = this.flags[at] ?? 0;
    return {
      spanId: this.readId(2 * at),
      parentId: (flags & HAS_PARENT) === 0 ? '' : this.readId(2 * at + 1),
      kind: this.kinds[at] ?? 0,
      fingerprint: this.fingerprints[at] ?? 0,
      sameId: null,
      edge: (flags & HAS_EDGE) === 0 ? null : this.takeEdge(at, flags),
      position: 0,
    };
  }

  private takeEdge(at: number, flags: number): SpanNode['edge'] {
    const links = this.links.get(at) ?? NO_LINKS;
    if (links !== NO_LINKS) this.links.delete(at);
    return {
      service: this.services[at] ?? '',
      startMs: this.startMs[at] ?? 0,
      durationNs: this.durationNs[at] ?? 0,
      isError: (flags & IS_ERROR) !== 0,
      weight: this.weights[at] ?? 0,
      peer: this.peers[at] ?? null,
      links,
    };
  }

  private writeId(slot: number, id: string): void {
    for (let i = 0; i < id.length; i++) this.ids[slot * SPAN_ID_BYTES + i] = id.charCodeAt(i);
  }

  private readId(slot: number): string {
    return key8(this.ids, slot * SPAN_ID_BYTES);
  }
}

const NO_LINKS: readonly string[] = [];
