/**
 * The order in which a waterfall lists spans, and the tree lines in front of each.
 *
 * Lines stop growing at a depth that fits; deeper spans say their depth as a number. So a chain of ten thousand spans
 * takes ten thousand short lines, not a hundred megabytes of indentation.
 */
import type { SpanAnswer } from '../query/trace_answer.ts';
import type { Glyphs } from './glyphs.ts';

/** A span and where it stands in the tree that is drawn. */
export interface TreeRow {
  readonly span: SpanAnswer;
  /** What stands in front of the span. */
  readonly branch: string;
  /** What stands in front of its children. */
  readonly indent: string;
  /** What stands in front of further lines about the span itself. */
  readonly detailIndent: string;
}

/** Depth first, children earliest first. `spans` refer to each other by position, as the query API answers them. */
export function treeRows(spans: readonly SpanAnswer[], glyphs: Glyphs, deepest: number): TreeRow[] {
  const children: Placed[][] = spans.map(() => []);
  const placed = spans.map((span, index): Placed => ({ span, children: children[index] ?? [] }));
  for (const one of placed) if (one.span.parent !== null) children[one.span.parent]?.push(one);
  const rows: TreeRow[] = [];
  const open = rootBranches(placed, glyphs).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { span, children: below } = next.at;
    const { branch, indent } = next;
    const detailIndent = indent + (below.length > 0 ? glyphs.trunk : '  ');
    rows.push({ span, branch, indent, detailIndent });
    const branches = below.map((child, index) =>
      childBranch(child, indent, index === below.length - 1, glyphs, deepest),
    );
    for (const one of branches.reverse()) open.push(one);
  }
  return rows;
}

interface Placed {
  readonly span: SpanAnswer;
  readonly children: readonly Placed[];
}

interface Branch {
  readonly at: Placed;
  readonly branch: string;
  readonly indent: string;
}

/** Spans without a parent first, then those whose parent is missing. */
function rootBranches(placed: readonly Placed[], glyphs: Glyphs): Branch[] {
  const roots = placed.filter(({ span }) => span.parent === null);
  const orphan = `${glyphs.orphan.mark} `;
  return [
    ...roots.filter(({ span }) => span.parentSpanId === null).map((at) => ({ at, branch: '', indent: '' })),
    ...roots
      .filter(({ span }) => span.parentSpanId !== null)
      .map((at) => ({ at, branch: orphan, indent: ' '.repeat(orphan.length) })),
  ];
}

function childBranch(at: Placed, indent: string, isLast: boolean, glyphs: Glyphs, deepest: number): Branch {
  if (at.span.depth > deepest) return { at, branch: `${indent}${glyphs.ellipsis}${at.span.depth} `, indent };
  return {
    at,
    branch: indent + (isLast ? glyphs.lastBranch : glyphs.branch),
    indent: indent + (isLast ? '  ' : glyphs.trunk),
  };
}
