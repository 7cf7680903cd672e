/** Span names of a whole spans topic, as a processor reads it. */
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { readTopic } from '../../services/platform/kafka/read_topic.ts';
import { spanNames } from './export_requests.ts';

export async function spansInTopic(kafka: Kafka, topic: string): Promise<string[]> {
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const names: string[] = [];
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { value } of records) names.push(...spanNames(value));
    },
  });
  return names.sort();
}
