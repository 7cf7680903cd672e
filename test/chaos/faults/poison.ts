/** Records that nothing of ours would write, put into the topics by a producer of the drill's own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KIND_INTERNAL } from '../../../services/core/otlp/fields.ts';
import { partitionOf } from '../../../services/core/otlp/partition.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import type { LedgerSpan } from '../ledger.ts';
import type { Load } from '../load.ts';
import { PARTITIONS } from '../stack.ts';
import type { Fault, Stage } from './fault.ts';
import type { PoisonAnswer, PoisonRequest, PoisonSet } from './poison_producer.ts';
import { randomBytes } from './poison_records.ts';

export const POISON: readonly Fault[] = [
  poison(
    'poison',
    'unreadable',
    'random bytes, truncated protobuf, wrong Avro and zip bombs, in every topic',
  ),
  poison(
    'poison-large',
    'large',
    'the largest records there can be, and small ones that grow, in every topic',
  ),
  poison('poison-bombs', 'bombs', 'batches of kilobytes that inflate to more than a reader may hold'),
  {
    name: 'wrong-partition',
    what: 'a good span in a partition that is not its own: it must be stored once all the same',
    touches: ['brokers'],
    seconds: { short: 4, long: 10 },
    inject: async ({ load, note, random, stack }) => {
      const { partition, value } = strayRecord(load, random);
      const producer = await stack.kafka.producer();
      await producer.append({ topic: stack.topics.spans, partition, records: [{ value }] });
      await producer.stop();
      note(`partition ${partition}`);
      return () => Promise.resolve();
    },
  },
];

const PRODUCER = join(import.meta.dirname, 'poison_producer.ts');
/** Requests of the load are numbered from 1: these are nobody's. */
const STRAY_REQUESTS_FROM = 2_000_000_000;

function poison(name: string, set: PoisonSet, what: string): Fault {
  return {
    name,
    what,
    touches: ['brokers'],
    seconds: { short: 4, long: 10 },
    inject: async (stage) => {
      const { produced, text: what } = await produce(set, stage);
      (produced > 0 ? stage.note : stage.missed)(what);
      return () => Promise.resolve();
    },
  };
}

/** The ledger has its span: what is in Kafka is as good as answered. */
function strayRecord(load: Load, random: () => number): { partition: number; value: Buffer } {
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
    partition: (partitionOf(traceId, 0, PARTITIONS) + 1) % PARTITIONS,
    value: tracesData([{ service: span.service, spans }]),
  };
}

/** In a process of its own: megabytes of checksums would hold up the load and the proxy. */
async function produce(
  set: PoisonSet,
  { stack, addPoison, random }: Pick<Stage, 'stack' | 'addPoison' | 'random'>,
): Promise<{ produced: number; text: string }> {
  const seed = Math.floor(random() * 0x7fff_ffff);
  const request: PoisonRequest = { set, seed, topics: stack.topics, brokers: stack.brokers.addresses };
  const child = spawn(process.execPath, [PRODUCER, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stack.roster.guard(child.pid ?? 0);
  const [answer] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const { produced, refused } = JSON.parse(answer) as PoisonAnswer;
  for (const poison of produced) addPoison(poison);
  return {
    produced: produced.length,
    text: `${produced.length} records; Kafka refused ${refused.join(', ') || 'none'}`,
  };
}
