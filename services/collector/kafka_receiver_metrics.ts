/** What the Kafka receiver counts besides the spans, which are counted as all others are, with `kafka/<encoding>` as their protocol. */
import { counter, gauge } from '../platform/metrics.ts';

export const RECEIVER_METRICS = {
  receiverRecords: counter(
    'spanmill_collector_receiver_records_total',
    'Records of source topics that are stored, dead letters included.',
    ['topic'],
  ),
  receiverLetters: counter(
    'spanmill_collector_receiver_dead_letters_total',
    'Dead letters written by the receiver, by source topic and reason.',
    ['topic', 'reason'],
  ),
  receiverLag: gauge(
    'spanmill_collector_receiver_lag_records',
    'Records of a source partition that are not stored yet, markers of transactions included.',
    ['topic', 'partition'],
  ),
  receiverHeldBytes: gauge(
    'spanmill_collector_receiver_held_bytes',
    'Bytes that were read from source topics and are not stored yet.',
  ),
  receiverHeldLimit: gauge(
    'spanmill_collector_receiver_held_limit_bytes',
    'Where nothing more is fetched: each partition may bring one delivery above it.',
  ),
  receiverStalls: counter(
    'spanmill_collector_receiver_stalls_total',
    'Source partitions found standing still, by what they waited for.',
    ['topic', 'cause'],
  ),
};
