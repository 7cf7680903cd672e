/** Rows of `span_metrics`: the deltas of the metrics topic, one row each; ClickHouse adds them up. */
import { TableRows, type NamedColumn } from '../core/native/block.ts';
import { LowCardinalityColumn } from '../core/native/low_cardinality_column.ts';
import { MapColumn, TupleColumn } from '../core/native/nested_columns.ts';
import { dateTimeColumn, float64Column, int16Column, Wide64Column } from '../core/native/number_columns.ts';
import { StringColumn } from '../core/native/string_columns.ts';
import {
  compareText,
  type Exemplar,
  type HistogramBucket,
  type SpanMetricDelta,
} from '../core/metrics/deltas.ts';
import { keyHex } from '../core/wire/keys.ts';

export type HistogramColumn = ReturnType<typeof histogramColumn>;
export const histogramColumn = () => new MapColumn(int16Column(), float64Column());

export function appendHistogram(column: HistogramColumn, buckets: readonly HistogramBucket[]): void {
  for (const { index, count } of buckets) {
    column.keys.append(index);
    column.values.append(count);
  }
  column.endRow();
}

const exemplarColumns = () => ({ TraceId: new StringColumn(), SpanId: new StringColumn() });

export class SpanMetrics {
  private readonly tenant = new LowCardinalityColumn();
  private readonly serviceName = new LowCardinalityColumn();
  private readonly spanName = new LowCardinalityColumn();
  private readonly spanKind = new LowCardinalityColumn();
  private readonly statusCode = new LowCardinalityColumn();
  private readonly dimensions = new MapColumn(new LowCardinalityColumn(), new StringColumn());
  private readonly time = dateTimeColumn();
  private readonly spans = new Wide64Column('UInt64');
  private readonly calls = float64Column();
  private readonly errors = float64Column();
  private readonly durationSum = float64Column();
  private readonly histogram = histogramColumn();
  private readonly criticalPathTime = float64Column();
  private readonly slowest = new TupleColumn({ Duration: new Wide64Column('UInt64'), ...exemplarColumns() });
  private readonly newest = new TupleColumn({ StartMs: new Wide64Column('UInt64'), ...exemplarColumns() });

  readonly rows = new TableRows('span_metrics', this.columns());

  append(delta: SpanMetricDelta): void {
    this.tenant.appendText(delta.tenant);
    this.serviceName.appendText(delta.service);
    this.spanName.appendText(delta.operation);
    this.spanKind.appendText(delta.kind);
    this.statusCode.appendText(delta.status);
    // In one order, or equal dimensions would not merge.
    for (const key of Object.keys(delta.dimensions).sort(compareText)) {
      this.dimensions.keys.appendText(key);
      this.dimensions.values.appendText(delta.dimensions[key] ?? '');
    }
    this.dimensions.endRow();
    this.time.append(delta.windowStart);
    this.spans.appendNumber(delta.spans);
    this.calls.append(delta.calls);
    this.errors.append(delta.errors);
    this.durationSum.append(delta.durationSumNs);
    appendHistogram(this.histogram, delta.histogram);
    this.criticalPathTime.append(delta.criticalPathNs);
    this.appendExemplars(delta.exemplars);
  }

  private appendExemplars(exemplars: readonly Exemplar[]): void {
    const slowest = best(exemplars, (exemplar) => exemplar.durationNs);
    const newest = best(exemplars, (exemplar) => exemplar.startMs);
    const slow = this.slowest.elements;
    slow.Duration.appendNumber(
      slowest === null ? 0 : Math.min(Math.round(slowest.durationNs), Number.MAX_SAFE_INTEGER),
    );
    slow.TraceId.appendText(keyHex(slowest?.traceId ?? ''));
    slow.SpanId.appendText(keyHex(slowest?.spanId ?? ''));
    const fresh = this.newest.elements;
    fresh.StartMs.appendNumber(Math.max(newest?.startMs ?? 0, 0));
    fresh.TraceId.appendText(keyHex(newest?.traceId ?? ''));
    fresh.SpanId.appendText(keyHex(newest?.spanId ?? ''));
  }

  private columns(): NamedColumn[] {
    return [
      ['Tenant', this.tenant],
      ['ServiceName', this.serviceName],
      ['SpanName', this.spanName],
      ['SpanKind', this.spanKind],
      ['StatusCode', this.statusCode],
      ['Dimensions', this.dimensions],
      ['Time', this.time],
      ['Spans', this.spans],
      ['Calls', this.calls],
      ['Errors', this.errors],
      ['DurationSum', this.durationSum],
      ['Histogram', this.histogram],
      ['CriticalPathTime', this.criticalPathTime],
      ['Slowest', this.slowest],
      ['Newest', this.newest],
    ];
  }
}

function best(exemplars: readonly Exemplar[], of: (exemplar: Exemplar) => number): Exemplar | null {
  let found: Exemplar | null = null;
  for (const exemplar of exemplars) if (found === null || of(exemplar) > of(found)) found = exemplar;
  return found;
}
