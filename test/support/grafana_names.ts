/** What Prometheus finds at the services: names of metrics as the code declares them, with their labels. */
import { SPAN_KINDS, SPAN_STATUSES } from '../../services/core/metrics/deltas.ts';
import { METRICS as COLLECTOR } from '../../services/collector/metrics.ts';
import { createRegistry, type Declarations, type MetricRegistry } from '../../services/platform/metrics.ts';
import { METRICS as PROCESSOR } from '../../services/processor/metrics.ts';
import { createApi } from '../../services/query/api.ts';
import type { Family } from '../../services/query/exposition.ts';
import { spanFamilies } from '../../services/query/span_families.ts';
import { METRICS as SINK } from '../../services/sink/metrics.ts';
import { quietLog } from './quiet_log.ts';

export interface KnownMetric {
  readonly kind: string;
  readonly labels: readonly string[];
}

/** By the names of samples: a histogram's are `_bucket`, `_sum` and `_count`. */
export async function knownMetrics(): Promise<Map<string, KnownMetric>> {
  const declared = [COLLECTOR, PROCESSOR, SINK, queryMetrics()].flatMap((metrics) => Object.values(metrics));
  const own = declared.map(({ name, kind, labels }) => ({ name, kind, labels: ['service', ...labels] }));
  return new Map([...own, ...(await processMetrics()), ...spanMetrics()].flatMap(samplesOf));
}

function samplesOf(metric: KnownMetric & { name: string }): [string, KnownMetric][] {
  const { name, kind, labels } = metric;
  if (kind !== 'histogram') return [[name, { kind, labels }]];
  return [
    [`${name}_bucket`, { kind, labels: [...labels, 'le'] }],
    [`${name}_sum`, { kind, labels }],
    [`${name}_count`, { kind, labels }],
  ];
}

/** The API's own stay inside it: seen as it makes them. */
function queryMetrics(): Declarations {
  const seen: Declarations[] = [];
  const registry = createRegistry('query');
  const create: MetricRegistry['create'] = (declarations) => {
    seen.push(declarations);
    return registry.create(declarations);
  };
  createApi({ log: quietLog, registry: { ...registry, create }, requestTimeoutMs: 1000, routes: [] });
  return Object.assign({}, ...seen) as Declarations;
}

async function processMetrics(): Promise<(KnownMetric & { name: string })[]> {
  const text = await createRegistry('any').expose();
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', kind = '']) => ({
    name,
    kind,
    labels: ['service'],
  }));
}

function spanMetrics(): (KnownMetric & { name: string })[] {
  return everyFamily().map(({ name, kind, series }) => ({
    name,
    kind,
    labels: (series[0]?.labels ?? []).map(([label]) => label),
  }));
}

/** What the labels of the metrics of spans say, for each kind and status of a span. */
export function spanLabelValues(label: string): Set<string> {
  const labels = everyFamily().flatMap(({ series }) => series.flatMap((one) => one.labels));
  return new Set(labels.filter(([name]) => name === label).map(([, value]) => value));
}

function everyFamily(): readonly Family[] {
  const span = { service: 's', operation: 'o', calls: 1, durationSumNs: 1, exemplar: null };
  const edge = { client: 'a', server: 'b', connectionType: 'database', calls: 1, errors: 1 };
  const histogram = [[1, 1]] as const;
  return spanFamilies({
    spans: SPAN_KINDS.flatMap((kind) =>
      SPAN_STATUSES.map((status) => ({ ...span, kind, status, histogram })),
    ),
    edges: [
      {
        ...edge,
        clientDurationSumNs: 1,
        serverDurationSumNs: 1,
        clientHistogram: histogram,
        serverHistogram: histogram,
      },
    ],
  });
}
