/** Rows of `trace_summaries`: one for each fragment, as the processor summed it up; ClickHouse merges them. */
import { TableRows, type NamedColumn } from '../core/native/block.ts';
import { LowCardinalityColumn } from '../core/native/low_cardinality_column.ts';
import { ArrayColumn, TupleColumn } from '../core/native/nested_columns.ts';
import { Wide64Column } from '../core/native/number_columns.ts';
import { StringColumn } from '../core/native/string_columns.ts';
import { TRACE_ID_BYTES } from '../core/otlp/fields.ts';
import type { BatchTrace } from '../core/trace/trace_batch.ts';

export class TraceSummaries {
  private readonly tenant = new LowCardinalityColumn();
  private readonly traceId = new StringColumn();
  private readonly start = new Wide64Column('DateTime64(9)');
  private readonly end = new Wide64Column('DateTime64(9)');
  private readonly received = new Wide64Column('DateTime64(3)');
  private readonly spans = new Wide64Column('UInt64');
  private readonly errors = new Wide64Column('UInt64');
  private readonly rootService = new LowCardinalityColumn();
  private readonly rootName = new LowCardinalityColumn();
  private readonly rootDuration = new Wide64Column('UInt64');
  private readonly services = new ArrayColumn(new StringColumn());
  private readonly fragments = new Wide64Column('UInt64');
  private readonly reasons = new ArrayColumn(new StringColumn());
  private readonly missingParents = new Wide64Column('UInt64');
  private readonly criticalPath = new ArrayColumn(
    new TupleColumn({
      Service: new StringColumn(),
      Operation: new StringColumn(),
      SelfTime: new Wide64Column('UInt64'),
    }),
  );
  private readonly samplingPolicy = new LowCardinalityColumn();
  private readonly samplingThreshold = new Wide64Column('UInt64');

  /** Rows of one trace come seconds apart, and rarely in one block. */
  readonly rows = new TableRows('trace_summaries', this.columns(), true);

  append(buf: Uint8Array, trace: BatchTrace): void {
    const { summary } = trace;
    this.tenant.appendText(trace.tenant);
    this.traceId.appendHex(buf, trace.traceIdStart, trace.traceIdStart + TRACE_ID_BYTES);
    this.start.append(summary.startTimeLow, summary.startTimeHigh);
    this.end.append(summary.endTimeLow, summary.endTimeHigh);
    this.received.appendNumber(trace.receivedMs);
    this.spans.appendNumber(summary.spans);
    this.errors.appendNumber(summary.errors);
    this.rootService.append(buf, summary.rootService.start, summary.rootService.end);
    this.rootName.append(buf, summary.rootName.start, summary.rootName.end);
    this.rootDuration.append(summary.rootDurationLow, summary.rootDurationHigh);
    for (const { start, end } of summary.services) this.services.elements.append(buf, start, end);
    this.services.endRow();
    this.fragments.appendNumber(1);
    this.reasons.elements.appendText(trace.reason);
    this.reasons.endRow();
    this.missingParents.appendNumber(summary.missingParents);
    const { Service, Operation, SelfTime } = this.criticalPath.elements.elements;
    for (const step of summary.criticalPath) {
      Service.append(buf, step.service.start, step.service.end);
      Operation.append(buf, step.operation.start, step.operation.end);
      SelfTime.append(step.selfTimeLow, step.selfTimeHigh);
    }
    this.criticalPath.endRow();
    this.samplingPolicy.append(buf, trace.policy.start, trace.policy.end);
    this.samplingThreshold.append(trace.thresholdLow, trace.thresholdHigh);
  }

  private columns(): NamedColumn[] {
    return [
      ['Tenant', this.tenant],
      ['TraceId', this.traceId],
      ['Start', this.start],
      ['End', this.end],
      ['Received', this.received],
      ['Spans', this.spans],
      ['Errors', this.errors],
      ['RootService', this.rootService],
      ['RootName', this.rootName],
      ['RootDuration', this.rootDuration],
      ['Services', this.services],
      ['Fragments', this.fragments],
      ['Reasons', this.reasons],
      ['MissingParents', this.missingParents],
      ['CriticalPath', this.criticalPath],
      ['SamplingPolicy', this.samplingPolicy],
      ['SamplingThreshold', this.samplingThreshold],
    ];
  }
}
