/**
 * A component's own metrics: declared as a list beside it, made here, passed in. prom-client stands behind it.
 *
 *     const METRICS = { spans: counter('spanmill_x_spans_total', 'Spans read.', ['protocol']) };
 *     const metrics = registry.create(METRICS);
 *     metrics.spans.add(12, { protocol: 'grpc' });
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Labels = Readonly<Record<string, string | number>>;

interface Declared<K extends 'counter' | 'gauge' | 'histogram'> {
  readonly kind: K;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

export interface CounterMetric {
  add(value: number, labels?: Labels): void;
}
export interface GaugeMetric {
  set(value: number, labels?: Labels): void;
  /** Takes a labelled series away, e.g. a partition that went elsewhere. */
  remove(labels: Labels): void;
}
export interface HistogramMetric {
  observe(value: number, labels?: Labels): void;
}

interface Instrument {
  counter: CounterMetric;
  gauge: GaugeMetric;
  histogram: HistogramMetric;
}

export type Declarations = Readonly<Record<string, Declared<'counter' | 'gauge' | 'histogram'>>>;
export type Metrics<D extends Declarations> = { readonly [K in keyof D]: Instrument[D[K]['kind']] };

export const counter = (name: string, help: string, labels: readonly string[] = []): Declared<'counter'> => ({
  kind: 'counter',
  name,
  help,
  labels,
});
export const gauge = (name: string, help: string, labels: readonly string[] = []): Declared<'gauge'> => ({
  kind: 'gauge',
  name,
  help,
  labels,
});
/** Buckets are upper bounds, in the unit of the name. */
export const histogram = (
  name: string,
  help: string,
  buckets: readonly number[] = SECONDS,
  labels: readonly string[] = [],
): Declared<'histogram'> => ({ kind: 'histogram', name, help, labels, buckets });

/** From a millisecond to ten minutes. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

export interface MetricRegistry {
  create<D extends Declarations>(declarations: D): Metrics<D>;
  /** The Prometheus text format. */
  expose(): Promise<string>;
  readonly contentType: string;
}

/** A registry of a service's own, with the process' figures (CPU, memory, event loop) in it. */
export function createRegistry(service: string): MetricRegistry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return {
    create: <D extends Declarations>(declarations: D) =>
      Object.fromEntries(
        Object.entries(declarations).map(([key, declared]) => [key, instrument(declared, registry)]),
      ) as Metrics<D>,
    expose: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function instrument(declared: Declarations[string], registry: Registry): Instrument[keyof Instrument] {
  const options = {
    name: declared.name,
    help: declared.help,
    labelNames: [...declared.labels],
    registers: [registry],
  };
  switch (declared.kind) {
    case 'counter': {
      const metric = new Counter(options);
      return { add: (value, labels = {}) => metric.inc({ ...labels }, value) };
    }
    case 'gauge': {
      const metric = new Gauge(options);
      return {
        set: (value, labels = {}) => metric.set({ ...labels }, value),
        remove: (labels) => metric.remove({ ...labels }),
      };
    }
    case 'histogram': {
      const metric = new Histogram({ ...options, buckets: [...(declared.buckets ?? SECONDS)] });
      return { observe: (value, labels = {}) => metric.observe({ ...labels }, value) };
    }
  }
}
