/**
 * The tree of a stored trace: which span is whose child, whatever was reported.
 *
 * Not for text or JSON (trace_answer.ts). Every span given is in the tree exactly once, and the tree has no cycle:
 * a span whose parent is absent, or that is its own ancestor, becomes a root and says so in `fault`.
 * Nothing here recurses, so a chain of a hundred thousand spans is as good as a bush.
 */

export interface TreeSpan {
  readonly spanId: string;
  /** As reported; empty for a root. */
  readonly parentSpanId: string;
  readonly service: string;
  /** Server, Client, Producer, Consumer, Internal, Unspecified. */
  readonly kind: string;
  readonly startNs: bigint;
  readonly durationNs: bigint;
}

/** Why a span that names a parent has none in the tree. */
export type TreeFault = 'missing-parent' | 'cycle';

export interface TreeNode<S extends TreeSpan> {
  readonly span: S;
  /** Position in `TraceTree.nodes`. */
  readonly index: number;
  parent: TreeNode<S> | null;
  /** Earliest first. */
  readonly children: TreeNode<S>[];
  /** 0 for a root. */
  depth: number;
  fault: TreeFault | null;
}

export interface TraceTree<S extends TreeSpan> {
  /** Every span, earliest first. */
  readonly nodes: readonly TreeNode<S>[];
  /** Spans that name no parent first, then those that lost theirs; each group earliest first. */
  readonly roots: readonly TreeNode<S>[];
}

export function buildTree<S extends TreeSpan>(spans: readonly S[]): TraceTree<S> {
  const nodes = [...spans]
    .sort(earlier)
    .map((span, index): TreeNode<S> => ({ span, index, parent: null, children: [], depth: 0, fault: null }));
  const byId = groupById(nodes);
  for (const node of nodes) linkParent(node, byId);
  cutCycles(nodes);
  for (const node of nodes) node.parent?.children.push(node);
  const roots = nodes.filter((node) => node.parent === null);
  setDepths(roots);
  return {
    nodes,
    roots: [...roots.filter((root) => root.fault === null), ...roots.filter((root) => root.fault !== null)],
  };
}

export function endNs(span: TreeSpan): bigint {
  return span.startNs + span.durationNs;
}

/** Time of the span in which none of its children ran. Children count only as far as they lie inside it. */
export function selfTimeNs<S extends TreeSpan>(node: TreeNode<S>): bigint {
  const end = endNs(node.span);
  let self = node.span.durationNs;
  let covered = node.span.startNs;
  for (const { span } of node.children) {
    const from = span.startNs > covered ? span.startNs : covered;
    const to = endNs(span) < end ? endNs(span) : end;
    if (to <= from) continue;
    self -= to - from;
    covered = to;
  }
  return self;
}

/** The order of spans: by start; the longer one first, as it is more likely to hold the other; then by id. */
function earlier(a: TreeSpan, b: TreeSpan): number {
  return (
    compare(a.startNs, b.startNs) ||
    compare(b.durationNs, a.durationNs) ||
    compare(a.spanId, b.spanId) ||
    compare(a.kind, b.kind)
  );
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}

function groupById<S extends TreeSpan>(nodes: readonly TreeNode<S>[]): Map<string, TreeNode<S>[]> {
  const byId = new Map<string, TreeNode<S>[]>();
  for (const node of nodes) {
    const known = byId.get(node.span.spanId);
    if (known === undefined) byId.set(node.span.spanId, [node]);
    else known.push(node);
  }
  return byId;
}

function linkParent<S extends TreeSpan>(node: TreeNode<S>, byId: ReadonlyMap<string, TreeNode<S>[]>): void {
  const { spanId, parentSpanId } = node.span;
  const twin = callerOfSharedSpan(node, byId.get(spanId) ?? []);
  if (twin !== null) {
    node.parent = twin;
    return;
  }
  if (parentSpanId === '') return;
  const candidates = byId.get(parentSpanId) ?? [];
  node.parent = likeliestParent(node, candidates);
  if (node.parent === null) node.fault = candidates.length === 0 ? 'missing-parent' : 'cycle';
}

/** In Zipkin's shared spans the two ends of a call report one id: the caller's end is the parent of the other. */
function callerOfSharedSpan<S extends TreeSpan>(
  node: TreeNode<S>,
  sameId: readonly TreeNode<S>[],
): TreeNode<S> | null {
  if (!CALLEE_KINDS.has(node.span.kind)) return null;
  return sameId.find((other) => CALLER_KINDS.has(other.span.kind)) ?? null;
}

const CALLER_KINDS: ReadonlySet<string> = new Set(['Client', 'Producer']);
const CALLEE_KINDS: ReadonlySet<string> = new Set(['Server', 'Consumer']);

/** Where several spans have the parent's id: the one of the same service, else the far end of a call, else the earliest. */
function likeliestParent<S extends TreeSpan>(
  child: TreeNode<S>,
  candidates: readonly TreeNode<S>[],
): TreeNode<S> | null {
  const others = candidates.filter((candidate) => candidate !== child);
  return (
    others.find((other) => other.span.service === child.span.service) ??
    others.find((other) => !CALLER_KINDS.has(other.span.kind)) ??
    others[0] ??
    null
  );
}

/** Takes the parent from the earliest span of every cycle. */
function cutCycles<S extends TreeSpan>(nodes: readonly TreeNode<S>[]): void {
  const lastWalk = new Int32Array(nodes.length).fill(-1);
  for (const start of nodes) {
    let at: TreeNode<S> | null = start;
    while (at !== null && lastWalk[at.index] === -1) {
      lastWalk[at.index] = start.index;
      at = at.parent;
    }
    if (at === null || lastWalk[at.index] !== start.index) continue;
    const first = earliestOfCycle(at);
    first.parent = null;
    first.fault = 'cycle';
  }
}

function earliestOfCycle<S extends TreeSpan>(member: TreeNode<S>): TreeNode<S> {
  let first = member;
  for (let at = member.parent; at !== null && at !== member; at = at.parent) {
    if (at.index < first.index) first = at;
  }
  return first;
}

function setDepths<S extends TreeSpan>(roots: readonly TreeNode<S>[]): void {
  const open = [...roots];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const child of node.children) {
      child.depth = node.depth + 1;
      open.push(child);
    }
  }
}
