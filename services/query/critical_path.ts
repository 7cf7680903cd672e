/**
 * Which spans of a trace made it take as long as it did, and by how much each.
 *
 * From the end of the first root backwards: time belongs to the child that finished last before the moment looked at,
 * and to the span itself where no child had just finished. A child that ran beside the chosen one delayed nobody. The
 * parts sum to the length of the root. The trace page marks spans by it; the sums per operation over all traces
 * come from the processor.
 */
import { endNs, type TraceTree, type TreeNode, type TreeSpan } from './trace_tree.ts';

/** The stretch of a span that is still to be shared out between it and its children. */
interface Stretch<S extends TreeSpan> {
  readonly node: TreeNode<S>;
  readonly from: bigint;
  readonly to: bigint;
}

/** Own time on the critical path, for the spans that are on it. */
export function criticalTimes<S extends TreeSpan>(tree: TraceTree<S>): Map<TreeNode<S>, bigint> {
  const times = new Map<TreeNode<S>, bigint>();
  const root = tree.roots[0];
  if (root === undefined) return times;
  const open: Stretch<S>[] = [{ node: root, from: root.span.startNs, to: endNs(root.span) }];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    const inner = childStretches(stretch);
    const covered = inner.reduce((sum, { from, to }) => sum + (to - from), 0n);
    times.set(stretch.node, stretch.to - stretch.from - covered);
    open.push(...inner);
  }
  return times;
}

/** The children that were waited for, latest first: none overlaps another. */
function childStretches<S extends TreeSpan>({ node, from, to }: Stretch<S>): Stretch<S>[] {
  const inside = node.children
    .map((child) => ({
      node: child,
      from: child.span.startNs > from ? child.span.startNs : from,
      to: endNs(child.span) < to ? endNs(child.span) : to,
    }))
    .filter((stretch) => stretch.to > stretch.from)
    .sort((a, b) => (a.to === b.to ? 0 : a.to > b.to ? -1 : 1));
  const waitedFor: Stretch<S>[] = [];
  let moment = to;
  for (const stretch of inside) {
    if (stretch.to > moment) continue;
    waitedFor.push(stretch);
    moment = stretch.from;
  }
  return waitedFor;
}
