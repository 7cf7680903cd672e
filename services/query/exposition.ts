/**
 * Text formats of Prometheus: 0.0.4 and OpenMetrics 1.0.0. Pure.
 *
 * Only counters and histograms with explicit buckets. In OpenMetrics a counter's family has no `_total`, buckets may carry an
 * exemplar, and the text ends with `# EOF`.
 */
export type LabelSet = readonly (readonly [name: string, value: string])[];

export interface BucketExemplar {
  readonly labels: LabelSet;
  readonly value: number;
}

export interface ExposedCounter {
  readonly kind: 'counter';
  /** Ends with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly series: readonly { readonly labels: LabelSet; readonly value: number }[];
}

export interface ExposedHistogram {
  readonly kind: 'histogram';
  readonly name: string;
  readonly help: string;
  readonly series: readonly HistogramSeries[];
}

export interface HistogramSeries {
  readonly labels: LabelSet;
  /** Counts up to and including each bound, rising; +Inf is not among them. */
  readonly cumulative: readonly (readonly [bound: number, count: number])[];
  readonly count: number;
  readonly sum: number;
  readonly exemplar: BucketExemplar | null;
}

export type Family = ExposedCounter | ExposedHistogram;
export type Format = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What an Accept header asks for; Prometheus names what it prefers first. */
export function formatOf(accept: string | undefined): Format {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'text';
}

export function exposition(families: readonly Family[], format: Format): string {
  const lines = families.flatMap((family) => familyLines(family, format));
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n');
}

function familyLines(family: Family, format: Format): string[] {
  const isBare = format === 'openmetrics' && family.kind === 'counter';
  const name = isBare ? family.name.replace(/_total$/, '') : family.name;
  const head = [`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.kind}`];
  if (family.kind === 'counter') {
    return [...head, ...family.series.map(({ labels, value }) => sample(family.name, labels, value))];
  }
  return [...head, ...family.series.flatMap((series) => histogramLines(family.name, series, format))];
}

function histogramLines(name: string, series: HistogramSeries, format: Format): string[] {
  const { labels, cumulative, count, sum } = series;
  const shown = format === 'openmetrics' ? series.exemplar : null;
  const buckets = [...cumulative, [Infinity, count] as const];
  const marked = shown === null ? -1 : buckets.findIndex(([bound]) => shown.value <= bound);
  return [
    ...buckets.map(([bound, upTo], index) => {
      const line = sample(`${name}_bucket`, [...labels, ['le', numberText(bound)]], upTo);
      return index === marked && shown !== null ? `${line} ${exemplarText(shown)}` : line;
    }),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}

function exemplarText({ labels, value }: BucketExemplar): string {
  return `# ${labelText(labels)} ${numberText(value)}`;
}

function sample(name: string, labels: LabelSet, value: number): string {
  return `${name}${labelText(labels)} ${numberText(value)}`;
}

function labelText(labels: LabelSet): string {
  return `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function numberText(value: number): string {
  return value === Infinity ? '+Inf' : String(value);
}
