/**
 * What a reader of a trace should know before trusting it: gaps, skewed clocks, doubtful ids.
 *
 * Not for errors of the request itself (problem.ts). A warning names its spans, the first few of them, and the count.
 */
import type { TraceTree, TreeNode, TreeSpan } from './trace_tree.ts';

export type WarningCode =
  | 'missing-parents'
  | 'cycle'
  | 'no-root'
  | 'several-roots'
  | 'duplicate-ids'
  | 'clock-skew'
  | 'wild-clock'
  | 'truncated'
  | 'incomplete';

export interface TraceWarning {
  readonly code: WarningCode;
  readonly message: string;
  /** Spans concerned; 0 where the warning is about the trace as a whole. */
  readonly count: number;
  /** The first of them, in order of start. */
  readonly spanIds: readonly string[];
}

/** What the store knows of the answer's completeness. */
export interface Completeness {
  /** Spans that the summaries of the trace count. */
  readonly expectedSpans: number;
  /** Whether there are more spans than the answer may hold. */
  readonly truncated: boolean;
}

const SPAN_IDS_LISTED = 10;

export function traceWarnings(tree: TraceTree<TreeSpan>, completeness: Completeness): TraceWarning[] {
  return [
    ...completenessWarnings(tree.nodes.length, completeness),
    ...rootWarnings(tree),
    ...about(
      'missing-parents',
      withFault(tree, 'missing-parent'),
      (count) =>
        `${spansHave(count)} a parent that is not in the trace: it was never sent, or has not arrived yet`,
    ),
    ...about(
      'cycle',
      withFault(tree, 'cycle'),
      (count) => `${spansHave(count)} a parent that descends from the span itself`,
    ),
    ...about(
      'duplicate-ids',
      duplicates(tree),
      (count) => `${spansHave(count)} an id that another span of the same kind has too`,
    ),
    ...skewWarnings(tree),
  ];
}

function completenessWarnings(found: number, { expectedSpans, truncated }: Completeness): TraceWarning[] {
  if (truncated) {
    const message = `only the first ${found} of ${expectedSpans} spans are shown`;
    return [{ code: 'truncated', message, count: 0, spanIds: [] }];
  }
  if (found >= expectedSpans) return [];
  const message = `${found} of ${expectedSpans} spans are stored: the others are under way or have expired`;
  return [{ code: 'incomplete', message, count: 0, spanIds: [] }];
}

function rootWarnings(tree: TraceTree<TreeSpan>): TraceWarning[] {
  const roots = tree.roots.filter((root) => root.fault === null);
  if (roots.length === 1 || tree.nodes.length === 0) return [];
  if (roots.length > 1) {
    return about(
      'several-roots',
      roots,
      (count) => `${count} spans have no parent: the trace has several beginnings`,
    );
  }
  const message = 'no span of the trace is without a parent: its beginning is missing';
  return [{ code: 'no-root', message, count: 0, spanIds: [] }];
}

/** A child cannot start before its parent unless their clocks differ; one that outlives its parent is merely asynchronous. */
function skewWarnings(tree: TraceTree<TreeSpan>): TraceWarning[] {
  const early = tree.nodes.filter((node) => headStartNs(node) > 0n);
  const worst = early.reduce((most, node) => (headStartNs(node) > most ? headStartNs(node) : most), 0n);
  const worstMs = Number(worst / 1000n) / 1000;
  return about(
    'clock-skew',
    early,
    (count) =>
      `${count === 1 ? '1 span starts' : `${count} spans start`} before the parent, by up to ${worstMs} ms: the clocks differ`,
  );
}

/** Spans whose clock was so far off that another start was stored. */
export function wildClockWarnings(
  tree: TraceTree<TreeSpan & { readonly reportedStartNs: bigint | null }>,
): TraceWarning[] {
  const corrected = tree.nodes.filter(({ span }) => span.reportedStartNs !== null);
  return about(
    'wild-clock',
    corrected,
    (count) =>
      `${spansHave(count)} a start that no clock can be trusted with: the time of arrival stands instead`,
  );
}

function headStartNs({ span, parent }: TreeNode<TreeSpan>): bigint {
  return parent === null ? 0n : parent.span.startNs - span.startNs;
}

function duplicates(tree: TraceTree<TreeSpan>): TreeNode<TreeSpan>[] {
  const seen = new Set<string>();
  return tree.nodes.filter(({ span }) => {
    const key = `${span.spanId}/${span.kind}`;
    const repeated = seen.has(key);
    seen.add(key);
    return repeated;
  });
}

function withFault(tree: TraceTree<TreeSpan>, fault: TreeNode<TreeSpan>['fault']): TreeNode<TreeSpan>[] {
  return tree.nodes.filter((node) => node.fault === fault);
}

function about(
  code: WarningCode,
  nodes: readonly TreeNode<TreeSpan>[],
  message: (count: number) => string,
): TraceWarning[] {
  if (nodes.length === 0) return [];
  const spanIds = nodes.slice(0, SPAN_IDS_LISTED).map((node) => node.span.spanId);
  return [{ code, message: message(nodes.length), count: nodes.length, spanIds }];
}

function spansHave(count: number): string {
  return count === 1 ? '1 span has' : `${count} spans have`;
}
