/** Records that nothing of ours would write, put into the topics by a producer of the drill's own. */
import kafkajs from 'kafkajs';
import { KIND_INTERNAL } from '../../../services/core/otlp/fields.ts';
import { partitionOf } from '../../../services/core/otlp/partition.ts';
import { registerZstd } from '../../../services/platform/kafka/zstd_codec.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import type { LedgerSpan } from '../ledger.ts';
import { PARTITIONS } from '../stack.ts';
import type { Fault, Stage } from './fault.ts';
import { largeRecords, randomBytes, unreadableRecords, type PoisonRecord } from './poison_records.ts';

export const POISON: readonly Fault[] = [
  poison('poison', 'random bytes, truncated protobuf, wrong Avro and zip bombs, in every topic', (stage) =>
    unreadableRecords(stage.stack.topics, stage.random),
  ),
  poison(
    'poison-large',
    'the largest records there can be, and small ones that grow, in every topic',
    (stage) => largeRecords(stage.stack.topics, stage.random),
  ),
  {
    name: 'wrong-partition',
    what: 'a good span in a partition that is not its own: it must be stored once all the same',
    touches: ['brokers'],
    seconds: { short: 4, long: 10 },
    inject: async (stage) => {
      const record = strayRecord(stage);
      await produce([record], { ...stage, addPoison: () => undefined });
      stage.note(`partition ${record.partition}`);
      return () => Promise.resolve();
    },
  },
];

/** Requests of the load are numbered from 1: these are nobody's. */
const STRAY_REQUESTS_FROM = 2_000_000_000;

function poison(name: string, what: string, recordsOf: (stage: Stage) => PoisonRecord[]): Fault {
  return {
    name,
    what,
    touches: ['brokers'],
    seconds: { short: 4, long: 10 },
    inject: async (stage) => {
      const records = recordsOf(stage);
      const refused = await produce(records, stage);
      stage.note(`${records.length} records; Kafka refused ${refused.join(', ') || 'none'}`);
      return () => Promise.resolve();
    },
  };
}

/** The ledger has its span: what is in Kafka is as good as answered. */
function strayRecord({ load, random, stack }: Stage): PoisonRecord {
  const traceId = randomBytes(16, random);
  const span: LedgerSpan = {
    ...{ traceId: traceId.toString('hex'), spanId: randomBytes(8, random).toString('hex'), parentId: '' },
    ...{ service: 'stray', name: 'stray', operation: 'stray', kind: KIND_INTERNAL, status: 0 },
    ...{ startMs: Date.now(), durationMs: 1, weight: 1, peer: '', peerType: '' },
  };
  const request = STRAY_REQUESTS_FROM + Math.floor(random() * 1_000_000_000);
  const nowMs = Date.now();
  load.ledger.onSent(request, [span]);
  load.ledger.onDelivered({
    ...{ request, spans: 1, sentAtMs: nowMs, answeredAtMs: nowMs },
    ...{ outcome: 'answered', attempts: 1, ambiguous: 0 },
  });
  const { spanId, name, kind, startMs, durationMs } = span;
  const spans = [{ traceId: span.traceId, spanId, name, kind, startMs, durationMs }];
  return {
    ...{ kind: 'wrong-partition', topic: stack.topics.spans, headers: {}, compressed: false },
    partition: (partitionOf(traceId, 0, PARTITIONS) + 1) % PARTITIONS,
    value: tracesData([{ service: span.service, spans }]),
  };
}

/** The kinds that the brokers did not take. */
async function produce(
  records: readonly PoisonRecord[],
  { stack, addPoison }: Pick<Stage, 'stack' | 'addPoison'>,
): Promise<string[]> {
  registerZstd();
  const brokers = [...stack.brokers.addresses];
  const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const refused: string[] = [];
  try {
    for (const { kind, topic, partition, value, headers, compressed } of records) {
      const compression = compressed ? kafkajs.CompressionTypes.ZSTD : kafkajs.CompressionTypes.None;
      try {
        const messages = [{ value, headers: { ...headers }, partition }];
        const [sent] = await producer.send({ topic, compression, acks: -1, messages });
        addPoison({ kind, topic, partition, offset: Number(sent?.baseOffset) });
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        refused.push(`${kind} (${topic})`);
      }
    }
  } finally {
    await producer.disconnect();
  }
  return refused;
}

function isTooLarge(error: unknown): boolean {
  const types = [error, (error as Error).cause].map((one) => (one as { type?: string } | undefined)?.type);
  return types.includes('MESSAGE_TOO_LARGE');
}
