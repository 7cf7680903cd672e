/**
 * Rows of the trace queries as types: one function a query.
 */
import type { Row } from '../platform/clickhouse/client.ts';
import { list, nanos, number, text } from './columns.ts';
import type { FoundTrace } from './store.ts';
import { nanoseconds, type Attributes, type StoredSpan, type StoredSummary } from './trace_answer.ts';

/** trace_summary.sql */
export function traceSummary(row: Row): StoredSummary {
  const steps = list(row, 'criticalPath') as [string, string, string][];
  return {
    spans: number(row, 'spans'),
    fragments: number(row, 'fragments'),
    criticalPath: mergeSteps(steps),
  };
}

/** Each fragment brought its own steps: those of one operation are one, and the longest comes first. */
function mergeSteps(steps: readonly (readonly [string, string, string])[]): StoredSummary['criticalPath'] {
  const merged = new Map<string, { service: string; operation: string; ns: bigint }>();
  for (const [service, operation, ns] of steps) {
    const key = JSON.stringify([service, operation]);
    merged.set(key, { service, operation, ns: (merged.get(key)?.ns ?? 0n) + BigInt(ns) });
  }
  return [...merged.values()]
    .sort((a, b) => (a.ns === b.ns ? 0 : a.ns > b.ns ? -1 : 1))
    .map(({ service, operation, ns }) => ({ service, operation, selfTimeNs: nanoseconds(ns) }));
}

/** spans_of_traces.sql */
export function storedSpan(row: Row): StoredSpan {
  const events = list(row, 'events') as [string, string, Attributes][];
  const links = list(row, 'links') as [string, string, string, Attributes][];
  const reportedStartNs = nanos(row, 'reportedStartNs');
  return {
    spanId: text(row, 'spanId'),
    parentSpanId: text(row, 'parentSpanId'),
    service: text(row, 'service'),
    name: text(row, 'name'),
    kind: text(row, 'kind'),
    status: text(row, 'status'),
    statusMessage: text(row, 'statusMessage'),
    startNs: nanos(row, 'startNs'),
    durationNs: nanos(row, 'durationNs'),
    reportedStartNs: reportedStartNs === 0n ? null : reportedStartNs,
    scopeName: text(row, 'scopeName'),
    scopeVersion: text(row, 'scopeVersion'),
    traceState: text(row, 'traceState'),
    attributes: row['attributes'] as Attributes,
    resourceAttributes: row['resourceAttributes'] as Attributes,
    events: events.map(([timeNs, name, attributes]) => ({ timeNs: BigInt(timeNs), name, attributes })),
    links: links.map(([traceId, spanId, traceState, attributes]) => ({
      traceId,
      spanId,
      traceState,
      attributes,
    })),
    weight: number(row, 'weight'),
  };
}

/** traces_of.sql */
export function foundTrace(row: Row): FoundTrace {
  const startNs = nanos(row, 'startNs');
  const service = text(row, 'rootService');
  return {
    traceId: text(row, 'traceId'),
    startNs,
    durationNs: nanos(row, 'endNs') - startNs,
    root:
      service === ''
        ? null
        : { service, name: text(row, 'rootName'), durationNs: nanos(row, 'rootDurationNs') },
    services: list(row, 'services') as string[],
    spans: number(row, 'spans'),
    errors: number(row, 'errors'),
  };
}
