/** `/api/v1/traces/{id}/compare/{other}` and `/api/v1/traces/{id}/normal`: a trace beside another, and beside what is normal. */
import type { FastifyInstance } from 'fastify';
import { operationName } from '../../core/metrics/operation_name.ts';
import type { Clock } from '../../platform/clock.ts';
import { compareTraces, type SpanPair } from '../compare_traces.ts';
import type { HistogramCounts } from '../columns.ts';
import { TENANT, TRACE_ID } from '../declared_parameters.ts';
import { quantileNs, shareShorter, sum } from '../normal.ts';
import type { OperationKey, PathStore } from '../path_store.ts';
import { addRoute } from '../route.ts';
import * as shape from '../schema.ts';
import type { StoredTrace, TraceStore } from '../store.ts';
import { nanoseconds, type StoredSpan } from '../trace_answer.ts';
import { buildTree, endNs, selfTimeNs, type TreeNode } from '../trace_tree.ts';
import { loadTrace } from './trace_routes.ts';

const NS = shape.nanosecondsSchema;

const SIDE = shape.nullable(
  shape.object({
    span: shape.integer('Position in the spans of /api/v1/traces/{id}.'),
    spanId: shape.text(),
    name: shape.text(),
    status: shape.text(),
    startOffsetNs: NS('Since the start of its trace.'),
    durationNs: NS(),
    selfTimeNs: NS(),
  }),
  'Null where the trace has no such span.',
);
const SUMMARY = shape.object({
  traceId: shape.text(),
  startNs: shape.text(),
  durationNs: NS(),
  spanCount: shape.integer(),
  errorCount: shape.integer(),
});
const COMPARISON = shape.object({
  left: SUMMARY,
  right: SUMMARY,
  pairs: shape.array(
    shape.object({
      depth: shape.integer(),
      service: shape.text(),
      operation: shape.text('Ids and numbers in names make no difference.'),
      kind: shape.text(),
      left: SIDE,
      right: SIDE,
    }),
    'Depth first, siblings by start.',
  ),
});
export type ComparisonAnswer = shape.Infer<typeof COMPARISON>;
const COMPARE_ROUTE = {
  path: '/api/v1/traces/:id/compare/:other',
  summary: 'Two traces, span by span: aligned by service, operation, kind and place in the tree.',
  parameters: { id: TRACE_ID, other: TRACE_ID, tenant: TENANT },
  answer: COMPARISON,
  statuses: [404],
};

const NORMAL = shape.object({
  traceId: shape.text(),
  spans: shape.array(
    shape.object({
      spanId: shape.text(),
      operation: shape.text(),
      calls: shape.number('Calls of the operation in the day before; 0 where it was not looked at.'),
      percentile: shape.nullable(shape.number(), 'Share of them that were shorter, from 0 to 1.'),
      medianNs: shape.nullable(shape.number()),
      p95Ns: shape.nullable(shape.number()),
    }),
    'In the order of the spans of /api/v1/traces/{id}.',
  ),
});
export type NormalAnswer = shape.Infer<typeof NORMAL>;
const NORMAL_ROUTE = {
  path: '/api/v1/traces/:id/normal',
  summary: 'How long each span of a trace took, among the calls of its operation in the day before.',
  parameters: { id: TRACE_ID, tenant: TENANT },
  answer: NORMAL,
  statuses: [404],
};

export function compareRoutes(
  app: FastifyInstance,
  traces: TraceStore,
  paths: PathStore,
  clock: Clock,
): void {
  addRoute(app, clock, COMPARE_ROUTE, async ({ id, other, tenant }, { signal }) => {
    const [left, right] = await Promise.all([
      loadTrace(traces, tenant, id, signal),
      loadTrace(traces, tenant, other, signal),
    ]);
    const [leftSummary, rightSummary] = [summary(left), summary(right)];
    const starts = [BigInt(leftSummary.startNs), BigInt(rightSummary.startNs)] as const;
    const pairs = compareTraces(left.spans, right.spans).map((pair) => pairItem(pair, starts));
    return { left: leftSummary, right: rightSummary, pairs };
  });

  addRoute(app, clock, NORMAL_ROUTE, async ({ id, tenant }, { signal }) => {
    const { traceId, spans } = await loadTrace(traces, tenant, id, signal);
    const nodes = buildTree(spans).nodes;
    const start = nodes[0]?.span.startNs ?? 0n;
    const keys = dearestKeys(spans);
    const counts = await paths.durations(tenant, [...keys.values()], Number(start / 1_000_000n), signal);
    const byKey = new Map([...keys.keys()].map((key, index) => [key, counts[index] ?? []]));
    return {
      traceId,
      spans: nodes.map(({ span }) => normalItem(span, byKey.get(JSON.stringify(keyOf(span))) ?? [])),
    };
  });
}

/** Names go with the question, which may not grow without end: the operations with most time come first. */
const MAX_OPERATIONS = 500;

function dearestKeys(spans: readonly StoredSpan[]): Map<string, OperationKey> {
  const time = new Map<string, { key: OperationKey; ns: number }>();
  for (const span of spans) {
    const key = keyOf(span);
    const name = JSON.stringify(key);
    time.set(name, { key, ns: (time.get(name)?.ns ?? 0) + Number(span.durationNs) });
  }
  const dearest = [...time].sort(([, a], [, b]) => b.ns - a.ns).slice(0, MAX_OPERATIONS);
  return new Map(dearest.map(([name, { key }]) => [name, key]));
}

function keyOf({ service, name, kind }: StoredSpan): OperationKey {
  return { service, operation: operationName(name), kind };
}

function normalItem(span: StoredSpan, counts: HistogramCounts) {
  return {
    spanId: span.spanId,
    operation: operationName(span.name),
    calls: sum(counts),
    percentile: shareShorter(counts, Number(span.durationNs)),
    medianNs: quantileNs(counts, 0.5),
    p95Ns: quantileNs(counts, 0.95),
  };
}

function summary({ traceId, spans }: StoredTrace): shape.Infer<typeof SUMMARY> {
  const start = spans.reduce(
    (least, { startNs }) => (startNs < least ? startNs : least),
    spans[0]?.startNs ?? 0n,
  );
  const end = spans.reduce((most, span) => (endNs(span) > most ? endNs(span) : most), start);
  return {
    traceId,
    startNs: start.toString(),
    durationNs: nanoseconds(end - start),
    spanCount: spans.length,
    errorCount: spans.filter(({ status }) => status === 'Error').length,
  };
}

function pairItem({ depth, left, right }: SpanPair, starts: readonly [bigint, bigint]) {
  const { service = '', name = '', kind = '' } = (left ?? right)?.span ?? {};
  return {
    depth,
    service,
    operation: operationName(name),
    kind,
    left: sideItem(left, starts[0]),
    right: sideItem(right, starts[1]),
  };
}

function sideItem(node: TreeNode<StoredSpan> | null, startNs: bigint): shape.Infer<typeof SIDE> {
  if (node === null) return null;
  const { span, index } = node;
  return {
    span: index,
    spanId: span.spanId,
    name: span.name,
    status: span.status,
    startOffsetNs: nanoseconds(span.startNs - startNs),
    durationNs: nanoseconds(span.durationNs),
    selfTimeNs: nanoseconds(selfTimeNs(node)),
  };
}
