/** Counts what was received once it is stored: a batch that is read again after a failure counts once. */
import type { ReceivedBatch } from './kafka_receiver_batch.ts';
import type { CollectorMetrics } from './metrics.ts';

export function countStored(
  metrics: CollectorMetrics,
  batch: ReceivedBatch,
  topic: string,
  protocol: string,
): void {
  const { spans, invalid, records, sourceBytes, letters } = batch;
  metrics.receiverRecords.add(records, { topic });
  metrics.requestBytes.add(sourceBytes, { protocol });
  metrics.spansReceived.add(spans + invalid.invalid_trace_id + invalid.invalid_span_id, { protocol });
  metrics.spansStored.add(spans, { protocol });
  for (const [reason, count] of Object.entries(invalid))
    if (count > 0) metrics.spansRefused.add(count, { reason });
  for (const { reason } of letters) metrics.receiverLetters.add(1, { topic, reason });
}
