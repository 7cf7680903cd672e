/**
 * What assembly holds of a trace, and what it hands on.
 *
 * A *run* is the spans of one trace with no silence of `forget` between them; a *fragment* is what is sent of it at
 * once (nearly every run is one fragment). A trace id is a `latin1` string of the raw bytes: one character a byte, cheap as a
 * map key, hex only where a reader needs it. A span id is two integers: spans are looked for among a few, where comparing
 * numbers is cheaper than making strings.
 */
import { keyOf64 } from '../wire/keys.ts';
import { noFacts, type NodeFacts } from './span_facts.ts';

/** A resource and scope, as message bytes, once for all spans that came under it. Owned by the header table. */
export interface SpanHeader {
  readonly resource: Uint8Array;
  readonly resourceSchemaUrl: Uint8Array;
  readonly scope: Uint8Array;
  readonly scopeSchemaUrl: Uint8Array;
  /** `service.name`, or `unknown_service` where the resource names none. */
  readonly service: string;
}

/** The 8 bytes of a span's id as two halves, little endian, signed 32 bits each. */
export interface SpanId {
  readonly low: number;
  readonly high: number;
}

/** What is known of a span until its run ends, when its bytes are long sent: enough to drop a retry and pair an edge. */
export interface SpanNode {
  /** Halves of its id, as in SpanId. */
  readonly idLow: number;
  readonly idHigh: number;
  /** Halves of its parent's; both 0 for a root. */
  readonly parentLow: number;
  readonly parentHigh: number;
  readonly kind: number;
  /** Hash of the span's bytes: the same id, kind and bytes again is a client's retry. */
  readonly fingerprint: number;
  /** Another span of the same id (Zipkin's shared spans: client and server report one id). */
  sameId: SpanNode | null;
  /** What was read of the span; of one that is sent, good for what edges need. */
  readonly facts: NodeFacts;
  /** Those of its facts that edges need; null until its fragment is sent. Set by fragment_analysis.ts. */
  edge: EdgeEnd | null;
  /** In the fragment that it was sent with. Set by span_tree.ts. */
  position: number;
  /** The span under which it ran. Set by edges.ts, once all spans that may be it are known. */
  parent: SentSpan | null;
  /** Whether the other end of its call is among the run's spans. Set by edges.ts. */
  isPaired: boolean;
  /** Whether a span inside it, of the same end, is paired and speaks for the call. Set by edges.ts. */
  isDelegated: boolean;
}

/** A span whose bytes were read: its fragment has been sent. */
export interface SentSpan extends SpanNode {
  edge: EdgeEnd;
}

export type NodeId = Pick<SpanNode, 'idLow' | 'idHigh'>;
export type ParentId = Pick<SpanNode, 'parentLow' | 'parentHigh'>;

/** One end of a service edge: what is kept of a sent span until its run ends and all who may be its other end are known. */
export interface EdgeEnd {
  readonly service: string;
  /** Clamped. */
  readonly startMs: number;
  readonly durationNs: number;
  readonly isError: boolean;
  readonly weight: number;
  /** Who a client or producer says it talks to, or the queue that a consumer reads; or null. */
  readonly peer: EdgePeer | null;
  /** Ids of the spans of the same trace that a consumer links to. */
  readonly links: readonly SpanId[];
}

/** Where a span without an instrumented counterpart leads to or comes from. */
export interface EdgePeer {
  readonly name: string;
  readonly type: ConnectionType;
}

/** How two services meet. */
export const CONNECTION_TYPES = ['rpc', 'messaging', 'database', 'unknown'] as const;
export type ConnectionType = (typeof CONNECTION_TYPES)[number];

/** A span whose fragment is being sent: its bytes are `buf[start, end)`. */
export interface FragmentSpan {
  readonly node: SpanNode;
  readonly header: SpanHeader;
  readonly buf: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why a fragment was sent; also the metric label and the value in `trace_summaries`. */
export const CLOSE_REASONS = ['settled', 'idle', 'full', 'cut'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** The spans of a run that are sent together. Good for the duration of the call that receives it. */
export interface Fragment {
  readonly tenant: string;
  /** 16 raw bytes as latin1. */
  readonly traceId: string;
  /** Fragments of this run sent before: 0 for the first. */
  readonly number: number;
  readonly reason: CloseReason;
  /** Broker's append time, in ms, of the last span in it: the reference for clamping wild clocks. */
  readonly receivedMs: number;
  readonly spans: readonly FragmentSpan[];
  readonly known: SpanTable;
}

/** A span of which nothing is sent, and whose relations are not known. */
export function newNode(ids: NodeId & ParentId, kind: number, fingerprint: number): SpanNode {
  return {
    idLow: ids.idLow,
    idHigh: ids.idHigh,
    parentLow: ids.parentLow,
    parentHigh: ids.parentHigh,
    kind,
    fingerprint,
    sameId: null,
    facts: noFacts(),
    edge: null,
    position: 0,
    parent: null,
    isPaired: false,
    isDelegated: false,
  };
}

/** Its id as `latin1` string of the raw bytes. */
export function spanKey({ idLow, idHigh }: NodeId): string {
  return keyOf64(idLow, idHigh);
}

export function isRoot({ parentLow, parentHigh }: SpanNode): boolean {
  return parentLow === 0 && parentHigh === 0;
}

/** The spans of a run by id: a plain list while it is short, a map beside it once it is not. */
export class SpanTable {
  private readonly list: SpanNode[] = [];
  private byId: Map<string, SpanNode> | null = null;

  /** In the order they came. */
  get nodes(): readonly SpanNode[] {
    return this.list;
  }

  /** The first span known by this id; follow `sameId` for others. */
  find(idLow: number, idHigh: number): SpanNode | undefined {
    if (this.byId !== null) return this.byId.get(keyOf64(idLow, idHigh));
    for (const node of this.list) if (node.idLow === idLow && node.idHigh === idHigh) return node;
    return undefined;
  }

  add(node: SpanNode): void {
    const first = this.find(node.idLow, node.idHigh);
    this.list.push(node);
    if (first !== undefined) {
      node.sameId = first.sameId;
      first.sameId = node;
    } else if (this.byId !== null) {
      this.byId.set(spanKey(node), node);
    } else if (this.list.length > LIST_LIMIT) {
      this.byId = new Map();
      for (const known of this.list) if (!this.byId.has(spanKey(known))) this.byId.set(spanKey(known), known);
    }
  }
}

/** Up to this many spans a scan of the list beats a map. */
const LIST_LIMIT = 32;
