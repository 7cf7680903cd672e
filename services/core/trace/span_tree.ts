/** The spans of a fragment as a tree: which is under which, and where to begin. */
import { isRoot, type Fragment, type SpanNode } from './run.ts';
import type { SpanFacts } from './span_facts.ts';
import { isSent, parentOf } from './span_relations.ts';

export interface SpanTree {
  /** For each span, the position of its parent in the fragment, or -1. */
  readonly parents: readonly number[];
  /** Position of the root; where the fragment has none, of its longest span without a parent here; -1 if it has no span. */
  readonly top: number;
  readonly hasRoot: boolean;
  /** Spans whose parent is nowhere in the run. */
  readonly missingParents: number;
}

/** To be asked once all spans of the fragment are marked as sent. */
export function buildSpanTree(fragment: Fragment, facts: readonly SpanFacts[]): SpanTree {
  const { spans } = fragment;
  for (let position = 0; position < spans.length; position++) {
    const span = spans[position];
    if (span !== undefined) span.node.position = position;
  }
  const parents: number[] = [];
  const roots: number[] = [];
  const tops: number[] = [];
  let missingParents = 0;
  for (let position = 0; position < spans.length; position++) {
    const node = spans[position]?.node;
    if (node === undefined) continue;
    const parent = isSent(node) ? parentOf(fragment.known, node) : null;
    const parentPosition = parent === null ? -1 : positionIn(spans, parent);
    parents.push(parentPosition);
    if (parentPosition < 0) tops.push(position);
    if (parent !== null) continue;
    if (isRoot(node)) roots.push(position);
    else missingParents++;
  }
  const root = firstOf(roots, facts, earlierRoot);
  const top = root ?? firstOf(tops, facts, longer) ?? firstOf([...facts.keys()], facts, longer) ?? -1;
  return { parents, top, hasRoot: root !== null, missingParents };
}

/** -1 where it is of another fragment, in which it had a position of its own. */
function positionIn(spans: Fragment['spans'], node: SpanNode): number {
  return spans[node.position]?.node === node ? node.position : -1;
}

function firstOf(
  positions: readonly number[],
  facts: readonly SpanFacts[],
  compare: (a: SpanFacts, b: SpanFacts) => number,
): number | null {
  let first: number | null = null;
  let best: SpanFacts | undefined;
  for (const position of positions) {
    const span = facts[position];
    if (span === undefined || (best !== undefined && compare(span, best) >= 0)) continue;
    first = position;
    best = span;
  }
  return first;
}

function longer(a: SpanFacts, b: SpanFacts): number {
  return b.durationNs - a.durationNs;
}

function earlierRoot(a: SpanFacts, b: SpanFacts): number {
  return a.startHigh - b.startHigh || a.startLow - b.startLow || longer(a, b);
}
