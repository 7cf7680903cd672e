/**
 * Which spans of a stored trace made it take as long as it did: the processor's critical path, over the tree of an
 * answer. The waterfall marks spans by it; the sums per operation over all traces come from the processor.
 */
import { CriticalPath } from '../core/trace/critical_path.ts';
import type { TraceTree, TreeSpan } from './trace_tree.ts';

/** For each of the tree's nodes, by position, the nanoseconds that it is on the path of the first root; exact to 2^53. */
export function criticalTimes(tree: TraceTree<TreeSpan>): Float64Array {
  const spans = tree.nodes.map(({ span }) => ({
    startLow: Number(span.startNs & 0xffff_ffffn),
    startHigh: Number(span.startNs >> 32n),
    durationNs: Number(span.durationNs),
  }));
  const parents = tree.nodes.map(({ parent }) => parent?.index ?? -1);
  return new CriticalPath().of(spans, parents, tree.roots[0]?.index ?? -1);
}
