/**
 * Joins the batches that go to one broker at about the same time into one Produce request: what a request costs, here
 * and in the broker, is often more than what is in it.
 *
 * A broker gets two requests at a time. What becomes ready within one turn of the event loop goes together, and what
 * comes while both are under way goes when one of them is answered, so requests grow with the load. Each batch has its
 * own answer. Not for repetitions: a partition in trouble would hold up the others (PartitionAppender).
 */
import { DeadlineError, within } from '../deadline.ts';
import { ConnectionLostError } from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import { produce, type PartitionAnswer, type PartitionBatch } from './produce_request.ts';

export interface JoinedAppendsOptions {
  readonly cluster: Pick<Cluster, 'leaderOf' | 'askNode'>;
  /** Milliseconds of any origin, which only grow. */
  readonly elapsedMs: () => number;
}

interface Waiting {
  readonly batch: PartitionBatch;
  readonly giveUpAt: number;
  readonly resolve: (answer: PartitionAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface BrokerQueue {
  readonly leader: number;
  readonly freeLanes: Set<string>;
  waiting: Waiting[];
  isDue: boolean;
}

/** Connections to each broker; the second is opened when the first is busy. */
const LANES = ['joined append 0', 'joined append 1'] as const;
/** One batch may be larger, and then goes alone. Far below what a broker takes (socket.request.max.bytes, 100 MiB). */
const MAX_JOINED_BYTES = 4 * 1024 * 1024;
/** An answer waits for the slowest partition of its request. One whose replicas take longer is repeated alone. */
const REPLICATION_TIMEOUT_MS = 3_000;

export class JoinedAppends {
  private readonly options: JoinedAppendsOptions;
  private readonly queues = new Map<number, BrokerQueue>();

  constructor(options: JoinedAppendsOptions) {
    this.options = options;
  }

  /** What is not sent by `giveUpAt` never is. Throws BrokerError where there is no leader, ConnectionLostError, DeadlineError. */
  async send(batch: PartitionBatch, giveUpAt: number): Promise<PartitionAnswer> {
    const queue = this.queueOf(await this.options.cluster.leaderOf(batch.topic, batch.partition));
    return new Promise((resolve, reject) => {
      queue.waiting.push({ batch, giveUpAt, resolve, reject });
      if (queue.isDue) return;
      queue.isDue = true;
      setImmediate(() => {
        queue.isDue = false;
        this.dispatch(queue);
      });
    });
  }

  private queueOf(leader: number): BrokerQueue {
    let queue = this.queues.get(leader);
    if (queue === undefined) {
      queue = { leader, freeLanes: new Set(LANES), waiting: [], isDue: false };
      this.queues.set(leader, queue);
    }
    return queue;
  }

  private dispatch(queue: BrokerQueue): void {
    const lane = LANES.find((one) => queue.freeLanes.has(one));
    if (lane === undefined) return;
    this.dropGivenUp(queue);
    const joined = takeJoined(queue);
    if (joined.length === 0) return;
    queue.freeLanes.delete(lane);
    void this.request(queue, lane, joined).then(() => {
      queue.freeLanes.add(lane);
      this.dispatch(queue);
    });
    this.dispatch(queue);
  }

  private dropGivenUp(queue: BrokerQueue): void {
    const now = this.options.elapsedMs();
    for (const { giveUpAt, reject } of queue.waiting) {
      if (now >= giveUpAt) reject(new DeadlineError('no connection was free in time'));
    }
    queue.waiting = queue.waiting.filter(({ giveUpAt }) => now < giveUpAt);
  }

  /** Settles no later than the last that waits for it has given up. Never rejects. */
  private async request({ leader }: BrokerQueue, lane: string, joined: readonly Waiting[]): Promise<void> {
    const batches = joined.map(({ batch }) => batch);
    const [{ topic } = { topic: '' }] = batches;
    try {
      const request = produce(null, batches, 11, REPLICATION_TIMEOUT_MS);
      const giveUpAt = Math.max(...joined.map((one) => one.giveUpAt));
      const timeoutMs = Math.max(1, giveUpAt - this.options.elapsedMs());
      const answers = await within(timeoutMs, this.options.cluster.askNode(leader, topic, lane, request));
      const byPartition = new Map(answers.map((answer) => [nameOf(answer), answer]));
      for (const { batch, resolve, reject } of joined) {
        const answer = byPartition.get(nameOf(batch));
        if (answer !== undefined) resolve(answer);
        else reject(new ConnectionLostError(`no answer for ${nameOf(batch)}`));
      }
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
  }
}

/** The longest waiting that fit into a request, one of a partition. */
function takeJoined(queue: BrokerQueue): Waiting[] {
  const taken = new Map<string, Waiting>();
  const left: Waiting[] = [];
  let bytes = 0;
  for (const one of queue.waiting) {
    const name = nameOf(one.batch);
    const size = one.batch.bytes.length;
    if (taken.has(name) || (taken.size > 0 && bytes + size > MAX_JOINED_BYTES)) {
      left.push(one);
      continue;
    }
    taken.set(name, one);
    bytes += size;
  }
  queue.waiting = left;
  return [...taken.values()];
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
