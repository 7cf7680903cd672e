/** Whether ClickHouse holds each span that lies in the topic, column by column. */
import type { ClickHouse } from '../../services/platform/clickhouse/client.ts';
import type { ArrivedSpan } from './arrived_spans.ts';
import { storedText } from './value.ts';

/** Times and durations as text: they are beyond what a number of JSON holds. */
const ROWS = `
  SELECT TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName,
    ScopeVersion, SpanAttributes, toString(toUnixTimestamp64Nano(Timestamp)) AS Start, toString(Duration) AS Duration,
    StatusCode, StatusMessage, Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState,
    Links.Attributes, arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventTimes
  FROM otel_traces`;

/** As OpenTelemetry calls a service without a name. */
const NO_SERVICE = 'unknown_service';

export type Row = Readonly<Record<string, unknown>>;

export function storedRows(clickhouse: ClickHouse): Promise<Row[]> {
  return clickhouse.query(ROWS);
}

/** Two halves of a span that share an id differ in kind. */
export function rowKey(row: Row): string {
  return [row['TraceId'], row['SpanId'], row['SpanKind']].join(' ');
}

export function spanKey({ traceId, spanId, kind }: ArrivedSpan): string {
  return [traceId, spanId, storedKind(kind)].join(' ');
}

/** What is wrong with the row of a span, or null. */
export function rowFault(span: ArrivedSpan, rows: readonly Row[]): string | null {
  const [row] = rows;
  if (row === undefined) return `${span.name}: no row in ClickHouse`;
  if (rows.length > 1) return `${span.name}: ${rows.length} rows in ClickHouse`;
  for (const [column, expected] of Object.entries(expectedRow(span))) {
    const [is, should] = [canonical(row[column]), canonical(expected)];
    if (is !== should) return `${span.name}: ${column} is ${is} in ClickHouse, not ${should}`;
  }
  return null;
}

function expectedRow(span: ArrivedSpan): Row {
  const duration = span.endNs > span.startNs ? span.endNs - span.startNs : 0n;
  return {
    ...{ TraceId: span.traceId, SpanId: span.spanId, ParentSpanId: span.parentSpanId },
    ...{ TraceState: span.traceState, SpanName: span.name, SpanKind: storedKind(span.kind) },
    ...{
      ServiceName: span.service === '' ? NO_SERVICE : span.service,
      ResourceAttributes: texts(span.resource),
    },
    ...{ ScopeName: span.scopeName, ScopeVersion: span.scopeVersion, SpanAttributes: texts(span.attributes) },
    ...{ Start: String(span.startNs), Duration: String(duration) },
    ...{ StatusCode: span.status, StatusMessage: span.statusMessage },
    'Events.Name': span.events.map(({ name }) => name),
    'Events.Attributes': span.events.map(({ attributes }) => texts(attributes)),
    EventTimes: span.events.map(({ timeNs }) => String(timeNs)),
    'Links.TraceId': span.links.map(({ traceId }) => traceId),
    'Links.SpanId': span.links.map(({ spanId }) => spanId),
    'Links.TraceState': span.links.map(({ traceState }) => traceState),
    'Links.Attributes': span.links.map(({ attributes }) => texts(attributes)),
  };
}

function storedKind(kind: string): string {
  return kind.slice(0, 1).toUpperCase() + kind.slice(1);
}

function texts(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, storedText(value)]));
}

/** JSON with the keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
