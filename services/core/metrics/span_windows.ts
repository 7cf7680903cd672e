/**
 * Calls, errors and durations of spans by series and window, between two marks of stream time.
 *
 * A series is a service, an operation, a kind and a status; its window is that of the span's clamped start. Not for edges
 * (edge_windows.ts). Deterministic: what was added, in that order, decides everything, limits included.
 */
import { spanKey, type NodeId } from '../trace/run.ts';
import type { SpanFacts } from '../trace/span_facts.ts';
import { getOrAdd } from '../get_or_add.ts';
import { compareText, OTHER, SPAN_KINDS, SPAN_STATUSES, WINDOW_SECONDS, windowOf } from './deltas.ts';
import type { Exemplar, SpanMetricDelta } from './deltas.ts';
import { ExponentialHistogram } from './exponential_histogram.ts';
import type { MetricLimits } from './limits.ts';
import { tallyKey, TallyWindows, windowStartOf, type TallyLimits } from './tally_windows.ts';

class Series {
  spans = 0;
  calls = 0;
  errors = 0;
  durationSumNs = 0;
  criticalPathNs = 0;
  readonly histogram = new ExponentialHistogram();
  slowest: Exemplar | null = null;
  newestError: Exemplar | null = null;
}

/** Of a kind and a status as one number. */
const COMBINATIONS = SPAN_KINDS.length * SPAN_STATUSES.length;
const combinationOf = (kind: number, status: number): number => kind * SPAN_STATUSES.length + status;

/** Series by service, then by operation. */
type Tenant = TallyWindows<Series>;
const newTenant = (): Tenant => new TallyWindows(COMBINATIONS, () => new Series());

export class SpanWindows {
  /** Spans that a limit sent to `__other__` since the last flush. */
  capped = 0;
  private readonly limits: MetricLimits;
  private readonly tallyLimits: TallyLimits;
  private readonly tenants = new Map<string, Tenant>();

  constructor(limits: MetricLimits) {
    this.limits = limits;
    this.tallyLimits = { series: limits.series, windows: limits.seriesWindows };
  }

  add(tenant: string, span: SpanFacts, criticalPathNs: number, traceId: string, node: NodeId): void {
    const series = this.seriesOf(tenant, span);
    const { durationNs, weight } = span;
    series.spans++;
    series.calls += weight;
    if (span.isError) series.errors += weight;
    series.durationSumNs += durationNs * weight;
    series.criticalPathNs += criticalPathNs * weight;
    series.histogram.add(durationNs, weight);
    if (series.slowest === null || durationNs > series.slowest.durationNs) {
      series.slowest = exemplar(span, traceId, node);
    }
    if (span.isError && (series.newestError === null || span.startMs > series.newestError.startMs)) {
      series.newestError = exemplar(span, traceId, node);
    }
  }

  /** What was counted, in a fixed order; starts anew. */
  flush(): SpanMetricDelta[] {
    const deltas: SpanMetricDelta[] = [];
    for (const [tenant, { byName }] of this.tenants) {
      for (const [service, operations] of byName) {
        for (const [operation, { tallies }] of operations) {
          for (const [key, series] of tallies) deltas.push(deltaOf(tenant, service, operation, key, series));
        }
      }
    }
    this.tenants.clear();
    this.capped = 0;
    return deltas.sort(compareDeltas);
  }

  private seriesOf(tenantName: string, span: SpanFacts): Series {
    const tenant = getOrAdd(this.tenants, tenantName, newTenant);
    const key = tallyKey(windowOf(span.startMs), combinationOf(span.kind, span.status), COMBINATIONS);
    return tenant.find(span.service, span.operation, key) ?? this.admit(tenant, span, key);
  }

  /** A series for a span that has none yet: its own, its service's for other operations, or the one for everything else. */
  private admit(tenant: Tenant, { service, operation }: SpanFacts, key: number): Series {
    const { limits } = this;
    const operations = tenant.byName.get(service);
    if (operations === undefined && tenant.byName.size >= limits.services) return this.other(tenant, key);
    const isRoom =
      operations?.has(operation) === true || (operations?.size ?? 0) < limits.operationsPerService;
    const name = isRoom ? operation : OTHER;
    const series = tenant.find(service, name, key) ?? tenant.add(service, name, key, this.tallyLimits);
    if (series === null) return this.other(tenant, key);
    if (!isRoom) this.capped++;
    return series;
  }

  /** Outside all limits: at most one series for each kind, status and window. */
  private other(tenant: Tenant, key: number): Series {
    this.capped++;
    return tenant.findOrPut(OTHER, OTHER, key);
  }
}

function exemplar({ startMs, durationNs }: SpanFacts, traceId: string, node: NodeId): Exemplar {
  return { traceId, spanId: spanKey(node), startMs, durationNs };
}

function deltaOf(
  tenant: string,
  service: string,
  operation: string,
  key: number,
  series: Series,
): SpanMetricDelta {
  const combination = key % COMBINATIONS;
  const { slowest, newestError } = series;
  const exemplars = [slowest, newestError].filter((exemplar) => exemplar !== null);
  const isSame = slowest?.spanId === newestError?.spanId && slowest?.traceId === newestError?.traceId;
  return {
    tenant,
    windowStart: windowStartOf(key, COMBINATIONS),
    stepSeconds: WINDOW_SECONDS,
    service,
    operation,
    kind: SPAN_KINDS[Math.floor(combination / SPAN_STATUSES.length)] ?? SPAN_KINDS[0],
    status: SPAN_STATUSES[combination % SPAN_STATUSES.length] ?? SPAN_STATUSES[0],
    dimensions: {},
    spans: series.spans,
    calls: series.calls,
    errors: series.errors,
    durationSumNs: series.durationSumNs,
    histogram: series.histogram.buckets(),
    criticalPathNs: series.criticalPathNs,
    exemplars: isSame ? exemplars.slice(0, 1) : exemplars,
  };
}

function compareDeltas(a: SpanMetricDelta, b: SpanMetricDelta): number {
  return (
    compareText(a.tenant, b.tenant) ||
    a.windowStart - b.windowStart ||
    compareText(a.service, b.service) ||
    compareText(a.operation, b.operation) ||
    compareText(a.kind, b.kind) ||
    compareText(a.status, b.status)
  );
}
