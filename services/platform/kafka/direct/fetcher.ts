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
    const { cluster, topic, isolation, log, onFetched } = this.options;
    const offsets = new Map(wanted.map(({ partition, offset }) => [partition, offset]));
    for (const partition of offsets.keys()) this.underWay.add(partition);
    let fetched: readonly FetchedPartition[] = [];
    try {
      const request = fetchRecords({ topic, isolation, partitions: wanted });
      fetched = await cluster.askNode(leader, topic, lane, request);
      this.wake();
    } catch (error) {
      if (!this.isStopped) log.debug({ error, leader }, 'a fetch failed and is tried again');
      this.wakeAfter(RETRY_PAUSE_MS);
    } finally {
      for (const partition of offsets.keys()) this.underWay.delete(partition);
    }
    if (this.isStopped) return;
    for (const answer of fetched) onFetched(answer, offsets.get(answer.partition) ?? -1);
  }
}
