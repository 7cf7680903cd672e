/**
 * A stored trace as the API answers it: plain JSON, the tree resolved, times relative to the trace's start.
 *
 * Not for reading the store (store.ts). Nanoseconds are numbers as long as a JavaScript number holds them
 * exactly (104 days) and decimal strings beyond; moments since 1970 are beyond and always strings.
 */
import { criticalTimes } from './critical_path.ts';
import { traceWarnings, wildClockWarnings, type TraceWarning } from './trace_warnings.ts';
import { buildTree, endNs, selfTimeNs, type TraceTree, type TreeNode, type TreeSpan } from './trace_tree.ts';

export type Nanoseconds = number | string;
export type Attributes = Readonly<Record<string, string>>;

export interface StoredSpan extends TreeSpan {
  readonly name: string;
  /** Unset, Ok, Error. */
  readonly status: string;
  readonly statusMessage: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly resourceAttributes: Attributes;
  readonly events: readonly { timeNs: bigint; name: string; attributes: Attributes }[];
  readonly links: readonly SpanLink[];
  /** How many spans this one stands for. */
  readonly weight: number;
  /** What its clock said, where that was so far off that another start was stored. */
  readonly reportedStartNs: bigint | null;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: Attributes;
}

export interface CriticalPathStep {
  readonly service: string;
  readonly operation: string;
  readonly selfTimeNs: Nanoseconds;
}

/** What the summaries of a trace's fragments say, merged. */
export interface StoredSummary {
  readonly spans: number;
  readonly fragments: number;
  readonly criticalPath: readonly CriticalPathStep[];
}

export interface SpanAnswer {
  readonly spanId: string;
  /** As reported; null for a root. */
  readonly parentSpanId: string | null;
  /** Position in `spans` of the parent in the tree; null for its roots. */
  readonly parent: number | null;
  readonly depth: number;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage: string;
  /** Since the start of the trace. */
  readonly startOffsetNs: Nanoseconds;
  readonly durationNs: Nanoseconds;
  /** Time in which no child ran. */
  readonly selfTimeNs: Nanoseconds;
  /** Part of the span's own time that delayed the end of the trace; 0 off the critical path. */
  readonly criticalTimeNs: number;
  /** Nanoseconds since 1970 by the span's own clock, where that was so wild that another start was stored; else null. */
  readonly reportedStartNs: string | null;
  readonly attributes: Attributes;
  /** Position in `resources`. */
  readonly resource: number;
  readonly scope: { readonly name: string; readonly version: string };
  readonly traceState: string;
  readonly events: readonly { offsetNs: Nanoseconds; name: string; attributes: Attributes }[];
  readonly links: readonly SpanLink[];
  readonly weight: number;
}

export interface TraceAnswer {
  readonly traceId: string;
  /** Earliest start of a span, nanoseconds since 1970. */
  readonly startNs: string;
  readonly durationNs: Nanoseconds;
  readonly root: { spanId: string; service: string; name: string; durationNs: Nanoseconds } | null;
  readonly spanCount: number;
  readonly errorCount: number;
  /** In order of appearance. */
  readonly services: readonly { service: string; spans: number; errors: number }[];
  /** Pieces in which the processor sent the trace. */
  readonly fragments: number;
  /** Where the time of the whole trace went, as the processor found; longest first. */
  readonly criticalPath: readonly CriticalPathStep[];
  readonly warnings: readonly TraceWarning[];
  /** Each set of resource attributes once. */
  readonly resources: readonly Attributes[];
  /** Earliest first. */
  readonly spans: readonly SpanAnswer[];
}

/** `spans` must not be empty. */
export function traceAnswer(
  traceId: string,
  spans: readonly StoredSpan[],
  summary: StoredSummary,
  truncated: boolean,
): TraceAnswer {
  const tree = buildTree(spans);
  const startNs = tree.nodes[0]?.span.startNs ?? 0n;
  const last = tree.nodes.reduce((end, { span }) => (endNs(span) > end ? endNs(span) : end), startNs);
  const resources = resourceTable(spans);
  return {
    traceId,
    startNs: startNs.toString(),
    durationNs: nanoseconds(last - startNs),
    root: rootOf(tree),
    spanCount: tree.nodes.length,
    errorCount: spans.filter(isError).length,
    services: servicesOf(tree),
    fragments: summary.fragments,
    criticalPath: summary.criticalPath,
    warnings: [
      ...traceWarnings(tree, { expectedSpans: summary.spans, truncated }),
      ...wildClockWarnings(tree),
    ],
    resources: resources.list,
    spans: spanAnswers(tree, startNs, resources.indexOf),
  };
}

/** Exact in every case: a number while JavaScript's numbers are exact, digits beyond. */
export function nanoseconds(value: bigint): Nanoseconds {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function rootOf(tree: TraceTree<StoredSpan>): TraceAnswer['root'] {
  const root = tree.roots[0];
  if (root === undefined || root.fault !== null) return null;
  const { spanId, service, name, durationNs } = root.span;
  return { spanId, service, name, durationNs: nanoseconds(durationNs) };
}

function servicesOf(tree: TraceTree<StoredSpan>): TraceAnswer['services'] {
  const counts = new Map<string, { service: string; spans: number; errors: number }>();
  for (const { span } of tree.nodes) {
    const count = counts.get(span.service) ?? { service: span.service, spans: 0, errors: 0 };
    count.spans += 1;
    count.errors += isError(span) ? 1 : 0;
    counts.set(span.service, count);
  }
  return [...counts.values()];
}

function isError(span: StoredSpan): boolean {
  return span.status === 'Error';
}

interface ResourceTable {
  readonly list: readonly Attributes[];
  readonly indexOf: ReadonlyMap<StoredSpan, number>;
}

function resourceTable(spans: readonly StoredSpan[]): ResourceTable {
  const list: Attributes[] = [];
  const known = new Map<string, number>();
  const indexOf = new Map<StoredSpan, number>();
  for (const span of spans) {
    const key = JSON.stringify(span.resourceAttributes);
    const index = known.get(key) ?? list.push(span.resourceAttributes) - 1;
    known.set(key, index);
    indexOf.set(span, index);
  }
  return { list, indexOf };
}

function spanAnswers(
  tree: TraceTree<StoredSpan>,
  traceStartNs: bigint,
  resources: ReadonlyMap<StoredSpan, number>,
): SpanAnswer[] {
  const critical = criticalTimes(tree);
  return tree.nodes.map((node) => ({
    ...spanFields(node, traceStartNs),
    criticalTimeNs: critical[node.index] ?? 0,
    resource: resources.get(node.span) ?? 0,
  }));
}

function spanFields(
  node: TreeNode<StoredSpan>,
  traceStartNs: bigint,
): Omit<SpanAnswer, 'criticalTimeNs' | 'resource'> {
  const { span, parent, depth } = node;
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId === '' ? null : span.parentSpanId,
    parent: parent === null ? null : parent.index,
    depth,
    service: span.service,
    name: span.name,
    kind: span.kind,
    status: span.status,
    statusMessage: span.statusMessage,
    startOffsetNs: nanoseconds(span.startNs - traceStartNs),
    durationNs: nanoseconds(span.durationNs),
    selfTimeNs: nanoseconds(selfTimeNs(node)),
    reportedStartNs: span.reportedStartNs?.toString() ?? null,
    attributes: span.attributes,
    scope: { name: span.scopeName, version: span.scopeVersion },
    traceState: span.traceState,
    events: span.events.map(({ timeNs, name, attributes }) => ({
      offsetNs: nanoseconds(timeNs - traceStartNs),
      name,
      attributes,
    })),
    links: span.links,
    weight: span.weight,
  };
}
