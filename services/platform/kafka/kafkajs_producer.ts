/**
 * Appends, idempotent and acknowledged by all in-sync replicas.
 *
 * A lane sends one batch at a time over a kafkajs producer of its own. kafkajs hands the sequence numbers of a failed
 * send to the next one; had the failed send arrived after all, the broker would take the next for its repetition and
 * drop it, acknowledged. So no two sends of a partition are ever under way at once, and a producer whose send failed
 * is thrown away with its sequence numbers. Nor does kafkajs stop when its producer is closed: it connects anew and goes
 * on, for a minute at worst. So a send that was given up is refused its partition at its next attempt.
 */
import type { ICustomPartitioner, Kafka as KafkaJs, Producer as KafkaJsProducer } from 'kafkajs';
import type { Log } from '../log.ts';
import { Mutex } from '../mutex.ts';
import { DeadlineError, settlesWithin, within } from './deadline.ts';
import { requestError } from './kafkajs_errors.ts';
import { givenPartition, toSend } from './kafkajs_records.ts';
import {
  KafkaUnavailableError,
  RecordTooLargeError,
  type AppendResult,
  type PartitionRecords,
  type Producer,
} from './port.ts';

/** From the call of `append`, so also what waits for its turn gives up in time. */
const APPEND_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** A broker is asked by one request at a time and lane, since each lane waits for its answer. */
const LANES = 4;
/** Retries of one send: some 9 s, within the time limit of the append. */
const SEND_RETRY = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 12 };

export function createProducer(client: KafkaJs, log: Log): Producer {
  const lanes = Array.from({ length: LANES }, () => new Lane(client, log));
  return {
    append: (batch) => {
      const lane = lanes[batch.partition % LANES];
      if (lane === undefined) throw new RangeError(`there is no partition ${batch.partition}`);
      return lane.append(batch);
    },
    stop: async () => {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

/** A producer, until a send of it fails or takes too long. */
interface Use {
  readonly producer: KafkaJsProducer;
  readonly send: { isGivenUp: boolean };
}

class Lane {
  private readonly client: KafkaJs;
  private readonly log: Log;
  private readonly turns = new Mutex();
  private use: Use | null = null;
  private stopped = false;

  constructor(client: KafkaJs, log: Log) {
    this.client = client;
    this.log = log;
  }

  append(batch: PartitionRecords): Promise<AppendResult> {
    if (this.stopped) return Promise.reject(new KafkaUnavailableError('the producer is stopped'));
    const giveUpAt = performance.now() + APPEND_TIMEOUT_MS;
    return this.turns.run(() => this.send(batch, giveUpAt));
  }

  /** What was asked before is done before. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.turns.run(() => this.discard());
  }

  private async send(batch: PartitionRecords, giveUpAt: number): Promise<AppendResult> {
    const what = `append to ${batch.topic}/${batch.partition}`;
    const timeLeft = giveUpAt - performance.now();
    if (timeLeft <= 0) throw new KafkaUnavailableError(`${what}: others before it took all the time`);
    const use = (this.use ??= this.newUse());
    const work = sendNow(use, batch);
    try {
      return await within(timeLeft, work);
    } catch (error) {
      const failure = requestError(error, what);
      if (!(failure instanceof RecordTooLargeError)) {
        this.log.debug({ error }, `${what} failed; the next one uses a new producer`);
        const closed = this.discard();
        // After a deadline kafkajs may still be at it: closing waits for nobody then, and comes again at its end.
        if (error instanceof DeadlineError) void work.catch(() => close(use));
        else await closed;
      }
      throw failure;
    }
  }

  private newUse(): Use {
    const send = { isGivenUp: false };
    const producer = this.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: SEND_RETRY,
      createPartitioner: () => partitionerOf(send),
    });
    return { producer, send };
  }

  private async discard(): Promise<void> {
    const { use } = this;
    this.use = null;
    if (use === null) return;
    use.send.isGivenUp = true;
    await close(use);
  }
}

async function sendNow({ producer }: Use, batch: PartitionRecords): Promise<AppendResult> {
  // Connecting what is connected costs nothing.
  await producer.connect();
  const [sent] = await producer.send(toSend(batch));
  return { offset: Number(sent?.baseOffset ?? -1) };
}

/** kafkajs asks it at every attempt, and takes a TypeError for final. */
function partitionerOf(send: Use['send']): ReturnType<ICustomPartitioner> {
  const partition = givenPartition();
  return (args) => {
    if (send.isGivenUp) throw new TypeError('the append was given up');
    return partition(args);
  };
}

async function close({ producer }: Use): Promise<void> {
  await settlesWithin(CLOSE_TIMEOUT_MS, producer.disconnect());
}
