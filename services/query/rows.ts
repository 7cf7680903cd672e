/**
 * Rows of sql/*.sql as types: one function a query. The SQL is ours and its columns are known, so a row of another shape
 * is a bug and throws.
 */
import type { Row } from '../platform/clickhouse/client.ts';
import type { FoundTrace, ServiceFigures } from './store.ts';
import { nanoseconds, type Attributes, type StoredSpan, type StoredSummary } from './trace_answer.ts';

/** trace_summary.sql */
export function traceSummary(row: Row): { summary: StoredSummary; startNs: bigint; endNs: bigint } {
  const steps = list(row, 'criticalPath') as [string, string, string][];
  return {
    startNs: nanos(row, 'startNs'),
    endNs: nanos(row, 'endNs'),
    summary: {
      spans: number(row, 'spans'),
      fragments: number(row, 'fragments'),
      criticalPath: mergeSteps(steps),
    },
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

/** trace_spans.sql */
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

/** newest_traces.sql */
export function foundTrace(row: Row): FoundTrace {
  const startNs = nanos(row, 'startNs');
  const service = text(row, 'rootService');
  return {
    traceId: text(row, 'traceId'),
    startNs,
    durationNs: nanos(row, 'endNs') - startNs,
    root: service === '' ? null : { service, name: text(row, 'rootName') },
    services: list(row, 'services') as string[],
    spans: number(row, 'spans'),
    errors: number(row, 'errors'),
  };
}

/** services.sql */
export function serviceFigures(row: Row): ServiceFigures {
  const calls = number(row, 'calls');
  const [p50, p95, p99] = list(row, 'quantiles') as number[];
  const known = calls > 0 && p50 !== undefined && p95 !== undefined && p99 !== undefined;
  return {
    service: text(row, 'service'),
    spans: number(row, 'spans'),
    calls,
    errors: number(row, 'errors'),
    durations: known ? { p50: Math.round(p50), p95: Math.round(p95), p99: Math.round(p99) } : null,
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} is no text`);
  return value;
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} is no number`);
  return value;
}

function nanos(row: Row, column: string): bigint {
  return BigInt(text(row, column));
}

function list(row: Row, column: string): unknown[] {
  const value = row[column];
  if (!Array.isArray(value)) throw new TypeError(`column ${column} is no array`);
  return value;
}
