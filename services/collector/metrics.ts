/** What the collector counts. */
import { counter, gauge, histogram, type Metrics } from '../platform/metrics.ts';

const BYTES = [1, 4, 16, 64, 128, 256, 512, 1024, 4096, 16_384].map((kib) => kib * 1024);

export const METRICS = {
  spansReceived: counter(
    'spanmill_collector_spans_received_total',
    'Spans in readable requests, refused ones included: the rate at which events are generated.',
    ['protocol'],
  ),
  spansStored: counter('spanmill_collector_spans_stored_total', 'Spans that Kafka has acknowledged.', [
    'protocol',
  ]),
  spansRefused: counter(
    'spanmill_collector_spans_refused_total',
    'Spans left out of a request that was otherwise taken, by reason.',
    ['reason'],
  ),
  requests: counter('spanmill_collector_requests_total', 'Requests answered, by what became of them.', [
    'protocol',
    'outcome',
  ]),
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
  inFlightBytes: gauge(
    'spanmill_collector_in_flight_bytes',
    'Bytes of requests that are being read or wait for Kafka.',
  ),
  inFlightLimit: gauge('spanmill_collector_in_flight_limit_bytes', 'Their limit.'),
  appendSeconds: histogram('spanmill_collector_append_seconds', 'One append to Kafka, until acknowledged.'),
  appendFailures: counter('spanmill_collector_append_failures_total', 'Appends that Kafka did not take.'),
  recordBytes: histogram(
    'spanmill_collector_record_bytes',
    'Size of the records sent, before compression.',
    BYTES,
  ),
};

export type CollectorMetrics = Metrics<typeof METRICS>;
