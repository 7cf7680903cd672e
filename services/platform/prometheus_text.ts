/** Reads the Prometheus text format, as far as the services write it: counters, gauges, histograms. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Lines that are no samples are left out. */
export function parsePrometheusText(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    samples.push({ name, labels: parseLabels(labels), value: parseValue(value) });
  }
  return samples;
}

/** Over the series with these labels. Null where there is no such sample: a figure that is not measured is not 0. */
export function sumOf(samples: readonly Sample[], name: string, labels: Labels = {}): number | null {
  const wanted = samples.filter((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return fold(wanted, name, (sum, value) => sum + value);
}

export function maxOf(samples: readonly Sample[], name: string): number | null {
  return fold(samples, name, Math.max);
}

/**
 * The value that a share of the observations does not exceed, from the histogram's buckets (all its series together):
 * linear inside the bucket, as Prometheus does it. Null without observations.
 */
export function quantileOf(samples: readonly Sample[], name: string, share: number): number | null {
  const buckets = bucketsOf(samples, name);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { bound = Infinity, count = total } = buckets[index] ?? {};
  const lower = buckets[index - 1] ?? { bound: 0, count: 0 };
  // Beyond the last bound nothing is known: the bound is the least it can be.
  if (bound === Infinity) return lower.bound;
  return lower.bound + ((bound - lower.bound) * (rank - lower.count)) / Math.max(1, count - lower.count);
}

/** Cumulative counts, ascending. */
function bucketsOf(samples: readonly Sample[], name: string): { bound: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    if (sample.name !== `${name}_bucket`) continue;
    const bound = parseValue(sample.labels['le'] ?? '');
    counts.set(bound, (counts.get(bound) ?? 0) + sample.value);
  }
  return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
}

function fold(
  samples: readonly Sample[],
  name: string,
  combine: (a: number, b: number) => number,
): number | null {
  const values = samples.filter((sample) => sample.name === name).map(({ value }) => value);
  return values.length === 0 ? null : values.reduce((a, b) => combine(a, b));
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(LABEL)) {
    labels[name] = value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}
