/** What of the victim's traces is in Kafka: spans by phase and trace, as a processor reads them. */
import { TENANT_HEADER } from '../../services/core/contracts.ts';
import { SpanIndex } from '../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../services/core/otlp/span_view.ts';
import { uint32BigEndianAt } from '../../services/core/wire/cursor.ts';
import { readTopic } from '../../services/platform/kafka/read_topic.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';

/** Spans of each trace (numbers from 0), by phase; see spans.ts for the ids. A span that came twice counts once. */
export type StoredTraces = ReadonlyMap<number, ReadonlyMap<number, ReadonlySet<number>>>;

export async function storedTraces(kafka: Kafka, topic: string, tenant: string): Promise<StoredTraces> {
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const phases = new Map<number, Map<number, Set<number>>>();
  const index = new SpanIndex();
  const view = new SpanView();
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { value, headers } of records) {
        if (headers[TENANT_HEADER]?.toString() !== tenant) continue;
        index.read(value);
        for (let i = 0; i < index.count; i++) {
          readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
          const phase = uint32BigEndianAt(value, view.traceIdStart);
          const trace = uint32BigEndianAt(value, view.traceIdStart + 12) - 1;
          const spans = valueAt(
            valueAt(phases, phase, () => new Map<number, Set<number>>()),
            trace,
            () => new Set<number>(),
          );
          spans.add(uint32BigEndianAt(value, view.spanIdStart + 4));
        }
      }
    },
  });
  return phases;
}

function valueAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
