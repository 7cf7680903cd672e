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
  const { spans, known } = fragment;
  for (let position = 0; position < spans.length; position++) {
    const span = spans[position];
    if (span !== undefined) span.node.position = position;
  }
  const parents: number[] = [];
  let root = -1;
  let top = -1;
  let missingParents = 0;
  for (let position = 0; position < spans.length; position++) {
    const node = spans[position]?.node;
    if (node === undefined) continue;
    const parent = isSent(node) ? parentOf(known, node) : null;
    const parentPosition = parent === null ? -1 : positionIn(spans, parent);
    parents.push(parentPosition);
    if (parentPosition < 0) top = firstOf(top, position, facts, longer);
    if (parent !== null) continue;
    if (isRoot(node)) root = firstOf(root, position, facts, earlierRoot);
    else missingParents++;
  }
  if (root < 0 && top < 0) top = longestOf(facts);
  return { parents, top: root < 0 ? top : root, hasRoot: root >= 0, missingParents };
}

/** Where parent ids run in circles only: -1 where there is no span. */
function longestOf(facts: readonly SpanFacts[]): number {
  let longest = -1;
  for (let position = 0; position < facts.length; position++) {
    longest = firstOf(longest, position, facts, longer);
  }
  return longest;
}

/** -1 where it is of another fragment, in which it had a position of its own. */
function positionIn(spans: Fragment['spans'], node: SpanNode): number {
  return spans[node.position]?.node === node ? node.position : -1;
}

/** Which of two positions comes first, `first` where neither does; that is -1 where there is none yet. */
function firstOf(
  first: number,
  position: number,
  facts: readonly SpanFacts[],
  compare: (a: SpanFacts, b: SpanFacts) => number,
): number {
  if (first < 0) return position;
  const best = facts[first];
  const span = facts[position];
  return best === undefined || span === undefined || compare(span, best) >= 0 ? first : position;
}

function longer(a: SpanFacts, b: SpanFacts): number {
  return b.durationNs - a.durationNs;
}

function earlierRoot(a: SpanFacts, b: SpanFacts): number {
  return a.startHigh - b.startHigh || a.startLow - b.startLow || longer(a, b);
}
