/**
 * A membership in a consumer group, and the reading of the partitions that it brings.
 *
 * At most one delivery of a partition is under way, and nothing more of it is fetched meanwhile: that is the limit of the
 * buffer. No offset is committed here.
 */
import { randomUUID } from 'node:crypto';
import { crc32c } from '../crc32c.ts';
import { systemTimers } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { settlesWithin } from '../deadline.ts';
import { findFirstOffset } from '../first_offset.ts';
import type { IncomingRecord, Input, InputListener, InputOptions } from '../port.ts';
import { createAdmin } from './admin.ts';
import { BrokerError, ERROR, isTransient } from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import { committedBatches, recordBatches } from '../committed_batches.ts';
import type { FetchedPartition } from './fetch_request.ts';
import { inflateAll } from './inflate_all.ts';
import { Fetcher, type Wanted } from './fetcher.ts';
import { Membership } from './membership.ts';
import { believable, CorruptBatchError, readBatches, readWithinLimit } from '../record_set.ts';

export interface GroupInputOptions extends InputOptions {
  /** See `Membership`. */
  readonly memberName: string | null;
}

interface Reading {
  /** Offset of the next record to deliver; null before `startAt`, and while it is looked up what there is. */
  next: number | null;
  paused: boolean;
  /** Not fetched for a while: after an error, and where all was read a moment ago. */
  isWaiting: boolean;
  /** Fetches in a row that could not be read. */
  corrupt: number;
}

interface Delivery {
  readonly records: readonly IncomingRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
  /** About as much as the records take in memory. */
  readonly bytes: number;
}

/** A handler that takes longer no longer keeps its lost partition from the new holder, whose claim shuts it out. */
const RELEASE_TIMEOUT_MS = 2_000;
const RETRY_PAUSE_MS = 100;
/** Partitions of which all was read are fetched so often, all at once: a fetch costs the same for one batch as for many. */
const PACE_MS = 100;
/** While as much is being handled, nothing is fetched: behind a backlog each of dozens of partitions would bring megabytes that wait for the others. */
const MAX_HANDLED_BYTES = 64 * 1024 * 1024;
const STRANGE_PAUSE_MS = 1_000;
/** Bytes that changed on their way come right the next time; on a disk they do not. */
const MAX_CORRUPT = 3;
const TOPIC_AUTHORIZATION_FAILED = 29;

/** The cluster is the input's own: it closes it when it stops. */
export async function joinGroup(
  cluster: Cluster,
  options: GroupInputOptions,
  listener: InputListener,
  log: Log,
): Promise<Input> {
  const input = new GroupInput(cluster, options, listener, log);
  try {
    await input.start();
    return input;
  } catch (error) {
    await input.stop();
    throw error;
  }
}

class GroupInput implements Input {
  private readonly cluster: Cluster;
  private readonly options: GroupInputOptions;
  private readonly listener: InputListener;
  private readonly log: Log;
  private readonly membership: Membership;
  private readonly fetcher: Fetcher;
  private readonly readings = new Map<number, Reading>();
  /** Also of partitions that went elsewhere while they were handled. */
  private readonly handling = new Map<number, Promise<void>>();
  private handledBytes = 0;
  private state: 'running' | 'failed' | 'stopped' = 'running';

  constructor(cluster: Cluster, options: GroupInputOptions, listener: InputListener, log: Log) {
    const { topic, isolation, group, memberName } = options;
    this.cluster = cluster;
    this.options = options;
    this.listener = listener;
    this.log = log.child({ group, topic });
    this.membership = new Membership({
      cluster,
      group: `${group}.readers.${topic}`,
      topic,
      memberName,
      randomId: randomUUID,
      log: this.log,
      onAssigned: (partitions) => this.assigned(partitions),
      onLost: (partitions) => this.lost(partitions),
      released: (partitions) => this.settled(partitions),
      onFailure: (error) => this.fail(error),
    });
    this.fetcher = new Fetcher({
      cluster,
      topic,
      isolation,
      log: this.log,
      wanted: () => this.wanted(),
      onFetched: (fetched, offset) => this.fetched(fetched, offset),
    });
  }

  start(): Promise<void> {
    return this.membership.join();
  }

  startAt(partition: number, offset: number): void {
    const reading = this.readings.get(partition);
    if (reading === undefined) return;
    // A new one, so that what is still being looked up for the last one is nobody's.
    this.readings.set(partition, { ...newReading(), next: offset, paused: reading.paused });
    this.fetcher.wake();
  }

  pause(partition: number): void {
    const reading = this.readings.get(partition);
    if (reading !== undefined) reading.paused = true;
  }

  resume(partition: number): void {
    const reading = this.readings.get(partition);
    if (reading !== undefined) reading.paused = false;
    this.fetcher.wake();
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    this.fetcher.stop();
    await this.settled([...this.handling.keys()]);
    await this.membership.leave();
    await Promise.all(this.handling.values());
    await this.cluster.close();
  }

  private assigned(partitions: readonly number[]): void {
    if (this.state === 'stopped') return;
    for (const partition of partitions) {
      this.readings.set(partition, newReading());
    }
    this.tell(() => this.listener.onAssigned(partitions));
  }

  private lost(partitions: readonly number[]): void {
    for (const partition of partitions) this.readings.delete(partition);
    if (this.state !== 'stopped') this.tell(() => this.listener.onLost(partitions));
  }

  private tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.fail(error);
    }
  }

  private async settled(partitions: readonly number[]): Promise<void> {
    const handlers = partitions.flatMap((partition) => this.handling.get(partition) ?? []);
    await settlesWithin(RELEASE_TIMEOUT_MS, Promise.all(handlers));
  }

  private wanted(): Wanted[] {
    if (this.state !== 'running' || this.handledBytes >= MAX_HANDLED_BYTES) return [];
    const wanted: Wanted[] = [];
    for (const [partition, { next, paused, isWaiting }] of this.readings) {
      if (next === null || paused || isWaiting || this.handling.has(partition)) continue;
      wanted.push({ partition, offset: next });
    }
    return wanted;
  }

  private fetched(fetched: FetchedPartition, offset: number): void {
    const { partition } = fetched;
    const reading = this.readings.get(partition);
    // What is not wanted any more, or from elsewhere, is fetched again when it is.
    if (reading?.next !== offset || reading.paused || this.handling.has(partition)) return;
    if (fetched.code !== ERROR.NONE) {
      this.notFetched(fetched, reading, offset);
      return;
    }
    try {
      this.read(fetched, reading, offset);
      reading.corrupt = 0;
    } catch (error) {
      if (!(error instanceof CorruptBatchError)) {
        this.fail(error);
        return;
      }
      reading.corrupt += 1;
      this.log.error({ error, partition, offset, times: reading.corrupt }, 'what was fetched cannot be read');
      if (reading.corrupt >= MAX_CORRUPT) this.fail(error);
      else this.wait(reading, STRANGE_PAUSE_MS);
    }
  }

  private read(
    { partition, recordSet, aborted, highWatermark }: FetchedPartition,
    reading: Reading,
    offset: number,
  ): void {
    const batches = believable(readBatches(recordSet, crc32c), offset, reading.corrupt >= MAX_CORRUPT - 1);
    const last = batches.at(-1);
    if (last === undefined || last.lastOffset < offset) return;
    const wanted =
      this.options.isolation === 'read_committed'
        ? committedBatches(batches, aborted)
        : recordBatches(batches);
    const read = readWithinLimit(wanted, inflateAll);
    const records = read.flatMap((one) => one.records).filter((record) => record.offset >= offset);
    const nextOffset = wanted[read.length]?.baseOffset ?? last.lastOffset + 1;
    // Whose turn it was goes to the end of the row.
    this.readings.delete(partition);
    this.readings.set(partition, reading);
    const bytes = read.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    this.deliver(partition, reading, { records, nextOffset, highWatermark, bytes });
  }

  private deliver(partition: number, reading: Reading, delivery: Delivery): void {
    const { records, nextOffset, highWatermark, bytes } = delivery;
    reading.next = nextOffset;
    this.handledBytes += bytes;
    if (nextOffset >= highWatermark) this.waitForNextTurn(reading);
    const handled = (async () => {
      try {
        await this.listener.onRecords(partition, records, nextOffset, highWatermark);
      } catch (error) {
        this.fail(error);
      }
    })().finally(() => {
      this.handling.delete(partition);
      this.handledBytes -= bytes;
      this.fetcher.wake();
    });
    this.handling.set(partition, handled);
  }

  private notFetched({ partition, code }: FetchedPartition, reading: Reading, offset: number): void {
    const error = new BrokerError(code);
    if (code === ERROR.OFFSET_OUT_OF_RANGE) {
      void this.lookUp(partition, reading, offset);
    } else if (code === TOPIC_AUTHORIZATION_FAILED) {
      this.fail(error);
    } else if (isTransient(error)) {
      this.cluster.noteLeaderError(this.options.topic, error);
      this.wait(reading, RETRY_PAUSE_MS);
    } else {
      this.log.warn({ error, partition }, 'a partition was not fetched and is tried again');
      this.wait(reading, STRANGE_PAUSE_MS);
    }
  }

  /** The turns of all partitions are the same, so that what they bring comes in one answer. */
  private waitForNextTurn(reading: Reading): void {
    this.wait(reading, PACE_MS - (performance.now() % PACE_MS));
  }

  private wait(reading: Reading, ms: number): void {
    reading.isWaiting = true;
    // Not by comparing times: a timer may end before its time, as other clocks have it.
    this.fetcher.wakeAfter(ms, () => (reading.isWaiting = false));
  }

  /** Where reading can really start, when it cannot at `offset`. */
  private async lookUp(partition: number, reading: Reading, offset: number): Promise<void> {
    const { cluster, log } = this;
    const { topic } = this.options;
    reading.next = null;
    const isCurrent = () =>
      this.state === 'running' && this.readings.get(partition) === reading && reading.next === null;
    try {
      const admin = createAdmin(cluster);
      const timers = systemTimers;
      const first = await findFirstOffset({ admin, topic, partition, offset, log, timers, isCurrent });
      if (first === null) return;
      reading.next = first;
      this.fetcher.wake();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'failed';
    const { topic } = this.options;
    this.listener.onFailure(new Error(`the input of ${topic} cannot go on`, { cause: error }));
  }
}

function newReading(): Reading {
  return { next: null, paused: false, isWaiting: false, corrupt: 0 };
}
