/**
 * Puts poison into the topics: `node poison_producer.ts REQUEST`, with a PoisonRequest as JSON. Prints what was taken and
 * what was refused, as one PoisonAnswer.
 */
import kafkajs, { type Producer } from 'kafkajs';
import type { TopicNames } from '../../../services/core/contracts.ts';
import { applyWorkarounds } from '../../../services/platform/kafka/kafkajs_workarounds.ts';
import { registerZstd } from '../../../services/platform/kafka/zstd_codec.ts';
import { seeded } from '../../support/known_load.ts';
import type { Poison } from '../audit.ts';
import { batchBombs, largeRecords, unreadableRecords, type PoisonRecord } from './poison_records.ts';

export type PoisonSet = 'unreadable' | 'large' | 'bombs';

export interface PoisonRequest {
  readonly set: PoisonSet;
  readonly seed: number;
  readonly topics: TopicNames;
  readonly brokers: readonly string[];
}

export interface PoisonAnswer {
  readonly produced: readonly Poison[];
  /** Kinds that the brokers did not take. */
  readonly refused: readonly string[];
}

const SETS = { unreadable: unreadableRecords, large: largeRecords, bombs: batchBombs };

async function produceAll({ set, seed, topics, brokers }: PoisonRequest): Promise<PoisonAnswer> {
  registerZstd();
  applyWorkarounds();
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const produced: Poison[] = [];
  const refused: string[] = [];
  try {
    for (const record of SETS[set](topics, seeded(seed))) {
      const offset = await produceOne(producer, record);
      const { kind, topic, partition } = record;
      if (offset === null) refused.push(`${kind} (${topic})`);
      else produced.push({ kind, topic, partition, offset });
    }
  } finally {
    await producer.disconnect();
  }
  return { produced, refused };
}

/** Null where it is too large for the topic. */
async function produceOne(producer: Producer, record: PoisonRecord): Promise<number | null> {
  const { topic, partition, value, headers, compressed } = record;
  const compression = compressed ? kafkajs.CompressionTypes.ZSTD : kafkajs.CompressionTypes.None;
  const messages = [{ value, headers: { ...headers }, partition }];
  try {
    const [sent] = await producer.send({ topic, compression, acks: -1, messages });
    return Number(sent?.baseOffset);
  } catch (error) {
    if (isTooLarge(error)) return null;
    throw error;
  }
}

function isTooLarge(error: unknown): boolean {
  const types = [error, (error as Error).cause].map((one) => (one as { type?: string } | undefined)?.type);
  return types.includes('MESSAGE_TOO_LARGE');
}

const answer = await produceAll(JSON.parse(process.argv[2] ?? '{}') as PoisonRequest);
process.stdout.write(JSON.stringify(answer));
