/**
 * Fetches what is wanted, from the brokers that lead it, for as long as something is wanted.
 *
 * A fetch that finds nothing stays with the broker for a while. A partition that is wanted again meanwhile is fetched
 * over another lane, so neither a slow partition nor a silent one keeps others waiting.
 */
import type { Log } from '../../log.ts';
import type { InputOptions } from '../port.ts';
import type { Cluster } from './cluster.ts';
import { fetchRecords, type FetchedPartition } from './fetch_request.ts';

export interface Wanted {
  readonly partition: number;
  readonly offset: number;
}

export interface FetcherOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly isolation: InputOptions['isolation'];
  readonly log: Log;
  /** What may be fetched now; those that had their turn last stand at the end. */
  readonly wanted: () => readonly Wanted[];
  readonly onFetched: (fetched: FetchedPartition, offset: number) => void;
}

const LANES = 3;
const RETRY_PAUSE_MS = 100;
/** What is handed over in one turn of the event loop: a megabyte of batches takes 10 to 20 ms to be inflated. */
const TURN_BYTES = 512 * 1024;

export class Fetcher {
  private readonly options: FetcherOptions;
  private readonly underWay = new Set<number>();
  private readonly takenLanes = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isDue = false;
  private isStopped = false;

  constructor(options: FetcherOptions) {
    this.options = options;
  }

  /** Something may have come to be wanted. What comes within one turn of the event loop is fetched together. */
  wake(): void {
    if (this.isDue || this.isStopped) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      void this.dispatch();
    });
  }

  /** `before` is called right before it wakes. */
  wakeAfter(ms: number, before = (): unknown => undefined): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      before();
      this.wake();
    }, ms);
    this.timers.add(timer);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async dispatch(): Promise<void> {
    const { cluster, topic, log } = this.options;
    if (this.isStopped || this.ready().length === 0) return;
    try {
      const { partitions } = await cluster.topic(topic);
      const byLeader = Map.groupBy(this.ready(), ({ partition }) => partitions[partition]?.leader ?? -1);
      for (const [leader, wanted] of byLeader) this.begin(leader, wanted);
    } catch (error) {
      log.debug({ error }, 'it is not known who leads the partitions');
      this.wakeAfter(RETRY_PAUSE_MS);
    }
  }

  private ready(): Wanted[] {
    if (this.isStopped) return [];
    return this.options.wanted().filter(({ partition }) => !this.underWay.has(partition));
  }

  private begin(leader: number, wanted: readonly Wanted[]): void {
    if (leader < 0) {
      this.options.cluster.forgetTopic(this.options.topic);
      this.wakeAfter(RETRY_PAUSE_MS);
      return;
    }
    for (let number = 0; number < LANES; number++) {
      const lane = `${leader} ${number}`;
      if (this.takenLanes.has(lane)) continue;
      this.takenLanes.add(lane);
      void this.fetch(leader, `fetch ${number}`, wanted).finally(() => this.takenLanes.delete(lane));
      return;
    }
    // The next fetch that ends takes them along.
  }

  private async fetch(leader: number, lane: string, wanted: readonly Wanted[]): Promise<void> {
    for (const { partition } of wanted) this.underWay.add(partition);
    const fetched = await this.ask(leader, lane, wanted);
    if (fetched !== null) await this.handOver(fetched, wanted);
    for (const { partition } of wanted) this.underWay.delete(partition);
    if (fetched === null) this.wakeAfter(RETRY_PAUSE_MS);
    else this.wake();
  }

  /** Null where it failed. */
  private async ask(
    leader: number,
    lane: string,
    wanted: readonly Wanted[],
  ): Promise<FetchedPartition[] | null> {
    const { cluster, topic, isolation, log } = this.options;
    try {
      return await cluster.askNode(
        leader,
        topic,
        lane,
        fetchRecords({ topic, isolation, partitions: wanted }),
      );
    } catch (error) {
      if (!this.isStopped) log.debug({ error, leader }, 'a fetch failed and is tried again');
      return null;
    }
  }

  /** What waits for a later turn of the loop is still under way. */
  private async handOver(fetched: readonly FetchedPartition[], wanted: readonly Wanted[]): Promise<void> {
    const offsets = new Map(wanted.map(({ partition, offset }) => [partition, offset]));
    let bytes = 0;
    for (const answer of fetched) {
      if (this.isStopped) return;
      this.options.onFetched(answer, offsets.get(answer.partition) ?? -1);
      bytes += answer.recordSet.length;
      if (bytes < TURN_BYTES) continue;
      bytes = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
