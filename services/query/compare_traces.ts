/**
 * Two traces side by side, by structure: under spans that correspond, the first call of a kind corresponds to the first, the second
 * to the second. What one of them lacks stands alone.
 *
 * Calls are of a kind when service, operation and span kind are the same; ids and numbers in names make no difference. Pure; no
 * recursion, so depth costs nothing.
 */
import { operationName } from '../core/metrics/operation_name.ts';
import { buildTree, type TraceTree, type TreeNode } from './trace_tree.ts';
import type { StoredSpan } from './trace_answer.ts';

type Node = TreeNode<StoredSpan>;

/** At least one side is there. */
export interface SpanPair {
  readonly depth: number;
  readonly left: Node | null;
  readonly right: Node | null;
}

/** Depth first, siblings by their start within their trace. */
export function compareTraces(left: readonly StoredSpan[], right: readonly StoredSpan[]): SpanPair[] {
  const [leftTree, rightTree] = [buildTree(left), buildTree(right)];
  const starts = [startOf(leftTree), startOf(rightTree)] as const;
  const pairs: SpanPair[] = [];
  const open = pairUp(leftTree.roots, rightTree.roots, 0, starts).reverse();
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    pairs.push(pair);
    const children = pairUp(pair.left?.children ?? [], pair.right?.children ?? [], pair.depth + 1, starts);
    // One by one: a span may have more children than a call takes arguments.
    for (const child of children.reverse()) open.push(child);
  }
  return pairs;
}

export function startOf(tree: TraceTree<StoredSpan>): bigint {
  return tree.nodes[0]?.span.startNs ?? 0n;
}

function pairUp(
  left: readonly Node[],
  right: readonly Node[],
  depth: number,
  starts: readonly [bigint, bigint],
): SpanPair[] {
  const waiting = Map.groupBy(right, kindOfCall);
  const pairs = left.map((node): SpanPair => {
    const twin = waiting.get(kindOfCall(node))?.shift() ?? null;
    return { depth, left: node, right: twin };
  });
  const alone = [...waiting.values()].flat().map((node): SpanPair => ({ depth, left: null, right: node }));
  const offset = ({ left: l, right: r }: SpanPair): number =>
    Number(l === null ? (r?.span.startNs ?? 0n) - starts[1] : l.span.startNs - starts[0]);
  return [...pairs, ...alone].sort((a, b) => offset(a) - offset(b));
}

function kindOfCall({ span }: Node): string {
  return JSON.stringify([span.service, operationName(span.name), span.kind]);
}
