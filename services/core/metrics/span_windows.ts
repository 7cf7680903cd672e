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
    const combination = combinationOf(span.kind, span.status);
    const key = keyOf(windowOf(span.startMs), combination);
    const known = tenant.services.get(span.service)?.get(span.operation)?.windows.get(key);
    return known ?? this.admit(tenant, span, combination, key);
  }

  private admit(tenant: TenantSeries, span: SpanFacts, combination: number, key: number): Series {
    const { limits } = this;
    const service = tenant.services.get(span.service);
    if (service === undefined && tenant.services.size >= limits.services) return this.other(tenant, key);
    let name = span.operation;
    if (service !== undefined && !service.has(name) && service.size >= limits.operationsPerService) {
      name = OTHER;
      this.capped++;
    }
    const operation = service?.get(name);
    const known = operation?.windows.get(key);
    if (known !== undefined) return known;
    const isNew = operation === undefined || (operation.combinations & (1 << combination)) === 0;
    if ((isNew && tenant.series >= limits.series) || tenant.seriesWindows >= limits.seriesWindows) {
      if (name === OTHER) this.capped--;
      return this.other(tenant, key);
    }
    if (isNew) tenant.series++;
    tenant.seriesWindows++;
    return put(tenant, span.service, name, combination, key);
  }

  /** Outside all limits: at most one series for each kind, status and window. */
  private other(tenant: TenantSeries, key: number): Series {
    this.capped++;
    const known = tenant.services.get(OTHER)?.get(OTHER)?.windows.get(key);
    return known ?? put(tenant, OTHER, OTHER, key % COMBINATIONS, key);
  }
}

function put(
  tenant: TenantSeries,
  serviceName: string,
  operationName: string,
  combination: number,
  key: number,
): Series {
  const service = getOrAdd(tenant.services, serviceName, () => new Map<string, OperationSeries>());
  const operation = getOrAdd(service, operationName, () => new OperationSeries());
  operation.combinations |= 1 << combination;
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
