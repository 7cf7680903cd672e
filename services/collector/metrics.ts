/** What the collector counts. */
import { CONNECTION_METRICS } from '../platform/connection_limits.ts';
import { counter, gauge, histogram, type Metrics } from '../platform/metrics.ts';
import { RECEIVER_METRICS } from './kafka_receiver_metrics.ts';

const BYTES = [1, 4, 16, 64, 128, 256, 512, 1024, 4096, 16_384].map((kib) => kib * 1024);

export const METRICS = {
  ...CONNECTION_METRICS,
  ...RECEIVER_METRICS,
  spansReceived: counter(
    'spanmill_collector_spans_received_total',
    'Spans in readable requests, refused ones included: the rate at which events are generated.',
    ['protocol'],
  ),
  spansStored: counter(
    'spanmill_collector_spans_stored_total',
    'Spans that Kafka has acknowledged, or the spool holds.',
    ['protocol'],
  ),
  spansRefused: counter(
    'spanmill_collector_spans_refused_total',
    'Spans left out of a request that was otherwise taken, by reason.',
    ['reason'],
  ),
  requests: counter('spanmill_collector_requests_total', 'Requests answered, by what became of them.', [
    'protocol',
    'outcome',
  ]),
  udpPackets: counter(
    'spanmill_collector_udp_packets_total',
    'Packets that came by UDP, by what became of them: all that were not stored are dropped, since nobody can be told.',
    ['protocol', 'outcome'],
  ),
  samplingFileBad: gauge(
    'spanmill_collector_sampling_file_bad',
    '1 while the sampling file cannot be read or is not valid and the strategies of before are in force, else 0.',
  ),
  requestBytes: counter(
    'spanmill_collector_request_bytes_total',
    'Bytes of requests, after decompression and before any conversion.',
    ['protocol'],
  ),
  requestSeconds: histogram(
    'spanmill_collector_request_seconds',
    'From the last byte of a request to its answer.',
    undefined,
    ['protocol'],
  ),
  redactedValues: counter(
    'spanmill_collector_redacted_values_total',
    'Attributes and texts that the redaction policy changed or dropped, by rule.',
    ['rule'],
  ),
  redactionLimited: counter(
    'spanmill_collector_redaction_limited_total',
    'Attributes, events, links and texts over a limit of the redaction policy, by limit.',
    ['limit'],
  ),
  redactionPolicyLoaded: gauge(
    'spanmill_collector_redaction_policy_loaded_timestamp_seconds',
    'When the redaction policy in force was read.',
  ),
  redactionPolicyFailures: counter(
    'spanmill_collector_redaction_policy_failures_total',
    'Redaction policies that could not be used: the one before stays in force.',
  ),
  inFlightBytes: gauge(
    'spanmill_collector_in_flight_bytes',
    'Bytes of requests that are being read or wait for Kafka.',
  ),
  inFlightLimit: gauge('spanmill_collector_in_flight_limit_bytes', 'Their limit.'),
  tenantSpans: counter(
    'spanmill_collector_tenant_spans_stored_total',
    'Spans that Kafka has acknowledged, or the spool holds, by tenant (1,000 at most).',
    ['tenant'],
  ),
  tenantBytes: counter(
    'spanmill_collector_tenant_stored_bytes_total',
    'Bytes of the requests with these spans, after decompression.',
    ['tenant'],
  ),
  tenantRefusals: counter(
    'spanmill_collector_tenant_refusals_total',
    'Requests refused since their tenant is over its rate, or over its bytes in flight.',
    ['tenant', 'reason'],
  ),
  tenantInFlightBytes: gauge(
    'spanmill_collector_tenant_in_flight_bytes',
    'Bytes of requests that are being read or wait for Kafka, by tenant.',
    ['tenant'],
  ),
  appendSeconds: histogram(
    'spanmill_collector_append_seconds',
    'One append to Kafka or the spool, until acknowledged.',
  ),
  appendFailures: counter(
    'spanmill_collector_append_failures_total',
    'Appends that neither Kafka nor the spool took.',
  ),
  recordBytes: histogram(
    'spanmill_collector_record_bytes',
    'Size of the records sent, before compression.',
    BYTES,
  ),
  spoolBytes: gauge('spanmill_collector_spool_bytes', 'Bytes in the spool, damaged ones included.'),
  spoolLimit: gauge('spanmill_collector_spool_limit_bytes', 'Their limit.'),
  spoolRecords: gauge('spanmill_collector_spool_records', 'Records that wait in the spool.'),
  spoolOldest: gauge(
    'spanmill_collector_spool_oldest_timestamp_seconds',
    'When the oldest segment of the spool was begun; 0 when the spool is empty.',
  ),
  spooling: gauge('spanmill_collector_spooling', '1 while spans go to the spool instead of Kafka, else 0.'),
  spooledRecords: counter('spanmill_collector_spooled_records_total', 'Records written to the spool.'),
  drainedRecords: counter(
    'spanmill_collector_drained_records_total',
    'Records sent from the spool to Kafka.',
  ),
  drainFailures: counter(
    'spanmill_collector_drain_failures_total',
    'Attempts to send a segment of the spool that failed.',
  ),
  spoolRefusals: counter(
    'spanmill_collector_spool_refusals_total',
    'Appends that neither Kafka nor the spool took: it was full, or the disk failed.',
    ['reason'],
  ),
  spoolTornBytes: counter(
    'spanmill_collector_spool_torn_bytes_total',
    'Bytes of writes that a crash broke off, never acknowledged, cut off at the next start.',
  ),
  spoolCorruptBytes: gauge(
    'spanmill_collector_spool_corrupt_bytes',
    'Bytes kept as *.corrupt or *.unreadable in the spool: damaged, not to be read, or nothing that Kafka takes.',
  ),
  spoolUnreadable: counter(
    'spanmill_collector_spool_unreadable_segments_total',
    'Segments of the spool that the disk did not give back: kept as *.unreadable.',
  ),
};

export type CollectorMetrics = Metrics<typeof METRICS>;
