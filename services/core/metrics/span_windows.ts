/**
 * Calls, errors and durations of spans by series and window, between two marks of stream time.
 *
 * A series is a service, an operation, a kind and a status; its window is that of the span's clamped start. Not for edges
 * (edge_windows.ts). Deterministic: what was added, in that order, decides everything, limits included.
 */
import type { SpanFacts } from '../trace/span_facts.ts';
import { compareText, OTHER, SPAN_KINDS, SPAN_STATUSES, WINDOW_SECONDS, windowOf } from './deltas.ts';
import type { Exemplar, SpanMetricDelta } from './deltas.ts';
import { ExponentialHistogram } from './exponential_histogram.ts';
import type { MetricLimits } from './limits.ts';

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

/** The windows of one operation. */
class OperationSeries {
  /** One bit for each combination of kind and status that has a series. */
  combinations = 0;
  readonly windows = new Map<number, Series>();
}

type ServiceSeries = Map<string, OperationSeries>;

class TenantSeries {
  readonly services = new Map<string, ServiceSeries>();
  series = 0;
  seriesWindows = 0;
}

/** A kind and a status as one number below COMBINATIONS; with a window, the key of a series within its operation. */
const COMBINATIONS = SPAN_KINDS.length * SPAN_STATUSES.length;
const combinationOf = (kind: number, status: number): number => kind * SPAN_STATUSES.length + status;
const keyOf = (windowStart: number, combination: number): number =>
  (windowStart / WINDOW_SECONDS) * COMBINATIONS + combination;

export class SpanWindows {
  /** Spans that a limit sent to `__other__` since the last flush. */
  capped = 0;
  private readonly limits: MetricLimits;
  private readonly tenants = new Map<string, TenantSeries>();

  constructor(limits: MetricLimits) {
    this.limits = limits;
  }

  add(tenant: string, span: SpanFacts, criticalPathNs: number, traceId: string, spanId: string): void {
    const series = this.seriesOf(tenant, span);
    const { durationNs, weight } = span;
    series.spans++;
    series.calls += weight;
    if (span.isError) series.errors += weight;
    series.durationSumNs += durationNs * weight;
    series.criticalPathNs += criticalPathNs * weight;
    series.histogram.add(durationNs, weight);
    if (series.slowest === null || durationNs > series.slowest.durationNs) {
      series.slowest = { traceId, spanId, startMs: span.startMs, durationNs };
    }
    if (span.isError && (series.newestError === null || span.startMs > series.newestError.startMs)) {
      series.newestError = { traceId, spanId, startMs: span.startMs, durationNs };
    }
  }

  /** What was counted, in a fixed order; starts anew. */
  flush(): SpanMetricDelta[] {
    const deltas: SpanMetricDelta[] = [];
    for (const [tenant, { services }] of this.tenants) {
      for (const [service, operations] of services) {
        for (const [operation, { windows }] of operations) {
          for (const [key, series] of windows) deltas.push(deltaOf(tenant, service, operation, key, series));
        }
      }
    }
    this.tenants.clear();
    this.capped = 0;
    return deltas.sort(compareDeltas);
  }

  private seriesOf(tenantName: string, span: SpanFacts): Series {
    const tenant = getOrAdd(this.tenants, tenantName, () => new TenantSeries());
    const key = keyOf(windowOf(span.startMs), combinationOf(span.kind, span.status));
    return find(tenant, span.service, span.operation, key) ?? this.admit(tenant, span, key);
  }

  /** A series for a span that has none yet: its own, its service's for other operations, or the one for everything else. */
  private admit(tenant: TenantSeries, { service, operation }: SpanFacts, key: number): Series {
    const { limits } = this;
    const operations = tenant.services.get(service);
    if (operations === undefined && tenant.services.size >= limits.services) return this.other(tenant, key);
    const isRoom =
      operations?.has(operation) === true || (operations?.size ?? 0) < limits.operationsPerService;
    const name = isRoom ? operation : OTHER;
    const series = find(tenant, service, name, key) ?? this.make(tenant, service, name, key);
    if (series === null) return this.other(tenant, key);
    if (!isRoom) this.capped++;
    return series;
  }

  /** Null where the tenant has as many series as it may. */
  private make(tenant: TenantSeries, service: string, operation: string, key: number): Series | null {
    const { limits } = this;
    const combinations = tenant.services.get(service)?.get(operation)?.combinations ?? 0;
    const isNew = (combinations & (1 << (key % COMBINATIONS))) === 0;
    if (isNew && tenant.series >= limits.series) return null;
    if (tenant.seriesWindows >= limits.seriesWindows) return null;
    if (isNew) tenant.series++;
    tenant.seriesWindows++;
    return put(tenant, service, operation, key);
  }

  /** Outside all limits: at most one series for each kind, status and window. */
  private other(tenant: TenantSeries, key: number): Series {
    this.capped++;
    return find(tenant, OTHER, OTHER, key) ?? put(tenant, OTHER, OTHER, key);
  }
}

function find(tenant: TenantSeries, service: string, operation: string, key: number): Series | undefined {
  return tenant.services.get(service)?.get(operation)?.windows.get(key);
}

function put(tenant: TenantSeries, serviceName: string, operationName: string, key: number): Series {
  const service = getOrAdd(tenant.services, serviceName, () => new Map<string, OperationSeries>());
  const operation = getOrAdd(service, operationName, () => new OperationSeries());
  operation.combinations |= 1 << (key % COMBINATIONS);
  const series = new Series();
  operation.windows.set(key, series);
  return series;
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
    windowStart: ((key - combination) / COMBINATIONS) * WINDOW_SECONDS,
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

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
