/** What the processor tells of itself. */
import { counter, gauge, histogram, type Metrics } from '../platform/metrics.ts';

export const METRICS = {
  records: counter('spanmill_processor_records_total', 'Records read from the spans topic.'),
  fragments: counter('spanmill_processor_fragments_total', 'Trace fragments published, by why they closed.', [
    'reason',
  ]),
  spans: counter('spanmill_processor_spans_total', 'Spans published in fragments.'),
  rejected: counter('spanmill_processor_rejected_total', 'Records and spans sent to dead letters.', [
    'reason',
  ]),
  capped: counter(
    'spanmill_processor_capped_total',
    'Spans and edges counted under __other__ for a full cap.',
  ),
  commits: counter('spanmill_processor_commits_total', 'Commits of a partition, by outcome.', ['outcome']),
  commitSeconds: histogram('spanmill_processor_commit_seconds', 'Duration of a commit.'),
  analysisSeconds: histogram(
    'spanmill_processor_analysis_seconds',
    'Analysis time: assembling and analysing the records of one batch.',
  ),
  transferSeconds: histogram(
    'spanmill_processor_transfer_delay_seconds',
    'Transfer delay: from the end of the last span of a fragment to its append time in Kafka.',
  ),
  claims: counter('spanmill_processor_claims_total', 'Partitions claimed.'),
  stalls: counter(
    'spanmill_processor_stalls_total',
    'Partitions that were found standing still, by what they waited for.',
    ['cause'],
  ),
  ticks: counter('spanmill_processor_ticks_total', 'Ticks appended to silent partitions.'),
  cuts: counter('spanmill_processor_cuts_total', 'Traces asked to be cut for their age.'),
  scratchFull: counter(
    'spanmill_processor_scratch_full_total',
    'Records kept in memory for a full scratch disk.',
  ),
  openTraces: gauge('spanmill_processor_open_traces', 'Traces not yet forgotten.', ['partition']),
  lagRecords: gauge('spanmill_processor_lag_records', 'Records in the log behind the position.', [
    'partition',
  ]),
  lagSeconds: gauge(
    'spanmill_processor_lag_seconds',
    'Age of the last record read while there is lag, else 0.',
    ['partition'],
  ),
  residentBytes: gauge('spanmill_processor_resident_bytes', 'Bytes of open traces in memory.'),
  spilledBytes: gauge('spanmill_processor_spilled_bytes', 'Bytes of open traces in scratch files.'),
};

export type ProcessorMetrics = Metrics<typeof METRICS>;
