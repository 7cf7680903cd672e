/** What Prometheus finds at the services: names of metrics as the code declares them, with their labels. */
import { METRICS as COLLECTOR } from '../../services/collector/metrics.ts';
import { createRegistry, type Declarations, type MetricRegistry } from '../../services/platform/metrics.ts';
import { METRICS as PROCESSOR } from '../../services/processor/metrics.ts';
import { createApi } from '../../services/query/api.ts';
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
  const span = {
    service: 's',
    operation: 'o',
    kind: 'Server',
    status: 'Error',
    durationSumNs: 1,
    exemplar: null,
  };
  const edge = { client: 'a', server: 'b', connectionType: 'database', errors: 1 };
  const durations = { clientDurationSumNs: 1, serverDurationSumNs: 1 };
  const families = spanFamilies({
    spans: [{ ...span, calls: 1, histogram: [[1, 1]] }],
    edges: [{ ...edge, ...durations, calls: 1, clientHistogram: [[1, 1]], serverHistogram: [[1, 1]] }],
  });
  return families.map(({ name, kind, series }) => ({
    name,
    kind,
    labels: series.flatMap(({ labels }) => labels.map(([label]) => label)),
  }));
}
