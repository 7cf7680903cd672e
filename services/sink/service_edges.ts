/** Rows of `service_edges`: the deltas of the metrics topic, one row each; ClickHouse adds them up. */
import { TableRows, type NamedColumn } from '../core/native/block.ts';
import { LowCardinalityColumn } from '../core/native/low_cardinality_column.ts';
import { dateTimeColumn, float64Column } from '../core/native/number_columns.ts';
import type { ServiceEdgeDelta } from '../core/metrics/deltas.ts';
import { appendHistogram, histogramColumn } from './span_metrics.ts';

export class ServiceEdges {
  private readonly tenant = new LowCardinalityColumn();
  private readonly client = new LowCardinalityColumn();
  private readonly server = new LowCardinalityColumn();
  private readonly connectionType = new LowCardinalityColumn();
  private readonly time = dateTimeColumn();
  private readonly calls = float64Column();
  private readonly errors = float64Column();
  private readonly clientDurationSum = float64Column();
  private readonly serverDurationSum = float64Column();
  private readonly clientHistogram = histogramColumn();
  private readonly serverHistogram = histogramColumn();

  readonly rows = new TableRows('service_edges', this.columns());

  append(delta: ServiceEdgeDelta): void {
    this.tenant.appendText(delta.tenant);
    this.client.appendText(delta.client);
    this.server.appendText(delta.server);
    this.connectionType.appendText(delta.connectionType);
    this.time.append(delta.windowStart);
    this.calls.append(delta.calls);
    this.errors.append(delta.errors);
    this.clientDurationSum.append(delta.clientDurationSumNs);
    this.serverDurationSum.append(delta.serverDurationSumNs);
    appendHistogram(this.clientHistogram, delta.clientHistogram);
    appendHistogram(this.serverHistogram, delta.serverHistogram);
  }

  private columns(): NamedColumn[] {
    return [
      ['Tenant', this.tenant],
      ['Client', this.client],
      ['Server', this.server],
      ['ConnectionType', this.connectionType],
      ['Time', this.time],
      ['Calls', this.calls],
      ['Errors', this.errors],
      ['ClientDurationSum', this.clientDurationSum],
      ['ServerDurationSum', this.serverDurationSum],
      ['ClientHistogram', this.clientHistogram],
      ['ServerHistogram', this.serverHistogram],
    ];
  }
}
