/**
 * The state of the pipeline from scrapes of its services: rates, lag, delays, what is open and what was refused. Pure.
 *
 * Names of metrics are a contract with services that are not imported here; a test holds it. Where a service did not answer,
 * its figures are null or missing, not 0.
 */
import { quantileOf, sumOf, type Sample } from '../platform/prometheus_text.ts';
import { growth, type Scrapes } from './scraper.ts';

/** What is read of other services. */
export const METRIC_NAMES = {
  received: 'spanmill_collector_spans_received_total',
  acknowledged: 'spanmill_collector_spans_stored_total',
  refused: 'spanmill_collector_spans_refused_total',
  inFlightBytes: 'spanmill_collector_in_flight_bytes',
  inFlightLimit: 'spanmill_collector_in_flight_limit_bytes',
  spoolBytes: 'spanmill_collector_spool_bytes',
  spooling: 'spanmill_collector_spooling',
  assembled: 'spanmill_processor_spans_total',
  fragments: 'spanmill_processor_fragments_total',
  openTraces: 'spanmill_processor_open_traces',
  residentBytes: 'spanmill_processor_resident_bytes',
  spilledBytes: 'spanmill_processor_spilled_bytes',
  transferSeconds: 'spanmill_processor_transfer_delay_seconds',
  analysisSeconds: 'spanmill_processor_analysis_seconds',
  commitSeconds: 'spanmill_processor_commit_seconds',
  processorRejected: 'spanmill_processor_rejected_total',
  processorLagRecords: 'spanmill_processor_lag_records',
  processorLagSeconds: 'spanmill_processor_lag_seconds',
  rows: 'spanmill_sink_rows_total',
  inserts: 'spanmill_sink_inserts_total',
  insertedBytes: 'spanmill_sink_inserted_bytes_total',
  insertFailures: 'spanmill_sink_insert_failures_total',
  insertSeconds: 'spanmill_sink_insert_seconds',
  batches: 'spanmill_sink_batches_total',
  replays: 'spanmill_sink_replays_total',
  storageSeconds: 'spanmill_sink_storage_delay_seconds',
  sinkDeadLetters: 'spanmill_sink_dead_letters_total',
  sinkLagRecords: 'spanmill_sink_lag_records',
  sinkLagSeconds: 'spanmill_sink_lag_seconds',
} as const;

const N = METRIC_NAMES;
const SPANS_TABLE = { table: 'otel_traces' };

export interface Flow {
  readonly total: number | null;
  /** Since the scrape before; null at the first one. */
  readonly perSecond: number | null;
}

export interface Delay {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Reads one flow of the pipeline from the scrapes. */
type FlowOf = (name: string, labels?: Readonly<Record<string, string>>) => Flow;

export function pipelineFigures({ now, before }: Scrapes) {
  const elapsedSeconds = before === null ? null : (now.atMs - before.atMs) / 1000;
  const grown = before === null ? null : growth(now.samples, before.samples);
  const flow: FlowOf = (name, labels = {}) => {
    const more = grown === null ? null : sumOf(grown, name, labels);
    return {
      total: sumOf(now.samples, name, labels),
      perSecond:
        more === null || elapsedSeconds === null || elapsedSeconds <= 0 ? null : more / elapsedSeconds,
    };
  };
  const delay = (name: string): Delay => delayOf(grown, now.samples, name);
  return {
    elapsedSeconds,
    spans: {
      received: flow(N.received),
      acknowledged: flow(N.acknowledged),
      refused: flow(N.refused),
      assembled: flow(N.assembled),
      stored: flow(N.rows, SPANS_TABLE),
    },
    delays: {
      transfer: delay(N.transferSeconds),
      analysis: delay(N.analysisSeconds),
      commit: delay(N.commitSeconds),
      insert: delay(N.insertSeconds),
      storage: delay(N.storageSeconds),
    },
    collector: {
      inFlightBytes: sumOf(now.samples, N.inFlightBytes),
      inFlightLimitBytes: sumOf(now.samples, N.inFlightLimit),
      spoolBytes: sumOf(now.samples, N.spoolBytes),
      spooling: sumOf(now.samples, N.spooling),
    },
    traces: {
      open: sumOf(now.samples, N.openTraces),
      residentBytes: sumOf(now.samples, N.residentBytes),
      spilledBytes: sumOf(now.samples, N.spilledBytes),
      fragments: labelled(now.samples, N.fragments, 'reason').map(([reason, labels]) => ({
        reason,
        ...flow(N.fragments, labels),
      })),
    },
    lag: [...lagOf('processor', now.samples), ...lagOf('sink', now.samples)],
    deadLetters: [
      ...lettersOf('processor', N.processorRejected, now.samples, flow),
      ...lettersOf('sink', N.sinkDeadLetters, now.samples, flow),
    ],
    sink: {
      tables: labelled(now.samples, N.rows, 'table').map(([table, labels]) => ({
        table,
        rows: flow(N.rows, labels),
        inserts: flow(N.inserts, labels),
        bytes: flow(N.insertedBytes, labels),
        failures: flow(N.insertFailures, labels),
      })),
      batches: labelled(now.samples, N.batches, 'topic').map(([topic, labels]) => ({
        topic,
        batches: flow(N.batches, labels),
        replays: flow(N.replays, labels),
      })),
    },
  };
}

export type PipelineFigures = ReturnType<typeof pipelineFigures>;

/** Of what was observed since the scrape before; where that is nothing, since the services started. */
function delayOf(grown: readonly Sample[] | null, now: readonly Sample[], name: string): Delay {
  const recent = grown !== null && quantileOf(grown, name, 0.5) !== null ? grown : now;
  const [p50 = null, p95 = null, p99 = null] = [0.5, 0.95, 0.99].map((share) =>
    quantileOf(recent, name, share),
  );
  return { p50, p95, p99 };
}

/** The values of a label, sorted, each with the labels that choose it. */
function labelled(
  samples: readonly Sample[],
  name: string,
  label: string,
): [string, Readonly<Record<string, string>>][] {
  const values = samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label] ?? '');
  return [...new Set(values)].sort().map((value) => [value, { [label]: value }]);
}

function lagOf(group: 'processor' | 'sink', samples: readonly Sample[]) {
  const [records, seconds] =
    group === 'sink'
      ? [N.sinkLagRecords, N.sinkLagSeconds]
      : ([N.processorLagRecords, N.processorLagSeconds] as const);
  return samples
    .filter(({ name }) => name === records)
    .map(({ labels, value }) => {
      const { topic = null, partition = '', instance = '' } = labels;
      const same = { partition, instance, ...(topic !== null && { topic }) };
      return {
        group,
        topic,
        partition: Number(partition),
        records: value,
        seconds: sumOf(samples, seconds, same),
      };
    })
    .sort((a, b) => (a.topic ?? '').localeCompare(b.topic ?? '') || a.partition - b.partition);
}

function lettersOf(service: string, name: string, samples: readonly Sample[], flow: FlowOf) {
  return labelled(samples, name, 'reason').map(([reason, labels]) => ({
    service,
    reason,
    ...flow(name, labels),
  }));
}
