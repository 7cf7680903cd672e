/**
 * Counters of spans and edges under the names and labels of the OpenTelemetry Collector's connectors `spanmetrics` and
 * `servicegraph` (contrib 0.150, their defaults, as its Prometheus exporters write them). Pure.
 *
 * Buckets end at powers of two nanoseconds, since only there the counts of our histograms are exact.
 */
import type { HistogramCounts } from './columns.ts';
import type { Counters, EdgeCounter, SpanCounter } from './counter_store.ts';
import type { Family, HistogramSeries, LabelSet } from './exposition.ts';

/** Exponents of the bounds: 2^17 ns is 0.13 ms, 2^36 ns is 69 s. */
const FIRST_POWER = 17;
const LAST_POWER = 36;
const BUCKETS_PER_DOUBLING = 8;
const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

export function spanFamilies({ spans, edges }: Counters): Family[] {
  return [
    {
      kind: 'counter',
      name: 'traces_span_metrics_calls_total',
      help: 'Spans by service, name, kind and status, each counted as often as its sampling says.',
      series: spans.map((span) => ({ labels: spanLabels(span), value: countValue(span.calls) })),
    },
    {
      kind: 'histogram',
      name: 'traces_span_metrics_duration_milliseconds',
      help: 'Durations of those spans.',
      series: spans.map(spanDurations),
    },
    ...edgeFamilies(edges),
  ];
}

function edgeFamilies(edges: readonly EdgeCounter[]): Family[] {
  const failed = edges.filter(({ errors }) => errors > 0);
  return [
    {
      kind: 'counter',
      name: 'traces_service_graph_request_total',
      help: 'Calls between two services, or a service and what it uses.',
      series: edges.map((edge) => ({ labels: edgeLabels(edge), value: countValue(edge.calls) })),
    },
    {
      kind: 'counter',
      name: 'traces_service_graph_request_failed_total',
      help: 'Those of them that failed.',
      series: failed.map((edge) => ({ labels: edgeLabels(edge), value: countValue(edge.errors) })),
    },
    {
      kind: 'histogram',
      name: 'traces_service_graph_request_server_seconds',
      help: 'Durations of the calls as the server saw them.',
      series: edges
        .filter(({ serverHistogram }) => serverHistogram.length > 0)
        .map((edge) =>
          durations(edgeLabels(edge), edge.serverHistogram, edge.serverDurationSumNs, NS_PER_SECOND),
        ),
    },
    {
      kind: 'histogram',
      name: 'traces_service_graph_request_client_seconds',
      help: 'Durations of the calls as the client saw them.',
      series: edges
        .filter(({ clientHistogram }) => clientHistogram.length > 0)
        .map((edge) =>
          durations(edgeLabels(edge), edge.clientHistogram, edge.clientDurationSumNs, NS_PER_SECOND),
        ),
    },
  ];
}

function spanDurations(span: SpanCounter): HistogramSeries {
  const series = durations(spanLabels(span), span.histogram, span.durationSumNs, NS_PER_MS);
  if (span.exemplar === null) return series;
  const { traceId, spanId, durationNs } = span.exemplar;
  const labels: LabelSet = [
    ['trace_id', traceId],
    ['span_id', spanId],
  ];
  return { ...series, exemplar: { labels, value: durationNs / NS_PER_MS } };
}

function durations(
  labels: LabelSet,
  counts: HistogramCounts,
  sumNs: number,
  nsPerUnit: number,
): HistogramSeries {
  const cumulative: [number, number][] = [];
  let next = 0;
  let seen = 0;
  for (let power = FIRST_POWER; power <= LAST_POWER; power++) {
    // Bucket b ends at 2^((b+1)/8): the last below this bound is 8 * power - 1.
    while ((counts[next]?.[0] ?? Infinity) < power * BUCKETS_PER_DOUBLING) seen += counts[next++]?.[1] ?? 0;
    cumulative.push([2 ** power / nsPerUnit, countValue(seen)]);
  }
  const count = countValue(counts.reduce((sum, [, calls]) => sum + calls, 0));
  return { labels, cumulative, count, sum: sumNs / nsPerUnit, exemplar: null };
}

/** Weights need not be whole; what lies below a thousandth is the order of an addition, and must not make a counter fall. */
function countValue(calls: number): number {
  return Math.round(calls * 1000) / 1000;
}

function spanLabels({ service, operation, kind, status }: SpanCounter): LabelSet {
  return [
    ['service_name', service],
    ['span_name', operation],
    ['span_kind', `SPAN_KIND_${kind.toUpperCase()}`],
    ['status_code', `STATUS_CODE_${status.toUpperCase()}`],
  ];
}

const CONNECTION_TYPES: ReadonlyMap<string, string> = new Map([
  ['messaging', 'messaging_system'],
  ['database', 'database'],
]);

function edgeLabels({ client, server, connectionType }: EdgeCounter): LabelSet {
  return [
    ['client', client],
    ['server', server],
    ['connection_type', CONNECTION_TYPES.get(connectionType) ?? ''],
  ];
}
