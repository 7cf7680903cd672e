/**
 * A membership in a consumer group, and the reading of the partitions that it brings.
 *
 * The group that members join is one of its own (`<group>.members.<topic>`): where retention has passed an offset,
 * kafkajs commits -2 to its group by itself, which must never touch the offsets that owners commit. No offset is
 * committed here.
 *
 * One slow partition stops only itself: kafkajs fetches again when all batches of a fetch are done, so a batch whose
 * handler takes long is let go of, with its partition paused until the handler is done. Heartbeats go on meanwhile.
 */
import type { Consumer, EachBatchPayload, Kafka as KafkaJs } from 'kafkajs';
import { systemTimers } from '../clock.ts';
import type { Log } from '../log.ts';
import { settlesWithin } from './deadline.ts';
import { findFirstOffset } from './first_offset.ts';
import { connectAdmin } from './kafkajs_admin.ts';
import { requestError } from './kafkajs_errors.ts';
import { fetchedOffset, toIncoming, type MarkersPassed } from './kafkajs_records.ts';
import { membersGroup } from './members_group.ts';
import { isHeld, newPartition, type PartitionState } from './partition_state.ts';
import type { Admin, IncomingRecord, Input, InputListener, InputOptions } from './port.ts';
import { stickyAssigner } from './sticky_assigner.ts';

const CONSUMER_SETTINGS = {
  // The broker's minimum: after a crash the partitions wait for the end of the session.
  sessionTimeout: 6_000,
  heartbeatInterval: 1_000,
  rebalanceTimeout: 10_000,
  // Also how long a paused partition waits before it is fetched again, and a member without partitions between heartbeats.
  maxWaitTimeInMs: 250,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 10 * 1024 * 1024,
  allowAutoTopicCreation: false,
};
/** kafkajs handles the partitions of a fetch by so many workers; fewer than partitions would make some wait. */
const CONCURRENT_PARTITIONS = 256;
/** A handler that takes longer no longer holds up the other partitions of the broker. */
const LET_GO_AFTER_MS = 100;
const CRASH_PAUSE_MS = 1_000;
const STOP_TIMEOUT_MS = 15_000;
/** Crashes in a row, without a join between them, after which the process had better end. */
const MAX_CRASHES = 60;

export async function joinGroup(
  client: KafkaJs,
  options: InputOptions,
  listener: InputListener,
  log: Log,
): Promise<Input> {
  const admin = await connectAdmin(client);
  const input = new GroupInput(client, options, listener, admin, log);
  try {
    await input.start();
    return input;
  } catch (error) {
    await input.stop();
    throw requestError(error, `join ${options.group}`);
  }
}

class GroupInput implements Input {
  private readonly topic: string;
  private readonly listener: InputListener;
  private readonly admin: Admin;
  private readonly log: Log;
  private readonly consumer: Consumer;
  private readonly partitions = new Map<number, PartitionState>();
  private readonly handlers = new Set<Promise<void>>();
  private assignedAtMs = 0;
  private crashes = 0;
  private restart: NodeJS.Timeout | null = null;
  private state: 'running' | 'failed' | 'stopped' = 'running';

  constructor(client: KafkaJs, options: InputOptions, listener: InputListener, admin: Admin, log: Log) {
    this.topic = options.topic;
    this.listener = listener;
    this.admin = admin;
    this.log = log.child({ group: options.group, topic: options.topic });
    const current = () => ({ partitions: [...this.partitions.keys()], assignedAtMs: this.assignedAtMs });
    this.consumer = client.consumer({
      ...CONSUMER_SETTINGS,
      groupId: membersGroup(options),
      readUncommitted: options.isolation === 'read_uncommitted',
      partitionAssigners: [stickyAssigner(options.topic, current)],
      // A crash during the stop would otherwise bring the consumer back after it.
      retry: { restartOnFailure: () => Promise.resolve(this.state !== 'stopped') },
    });
  }

  async start(): Promise<void> {
    const { consumer } = this;
    const { CRASH, GROUP_JOIN, START_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment[this.topic] ?? []));
    consumer.on(CRASH, ({ payload }) => this.crashed(payload.error, payload.restart));
    // A batch of nothing but markers and aborted records never reaches eachBatch.
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.passedMarkers(payload);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.run();
  }

  startAt(partition: number, offset: number): void {
    const state = this.partitions.get(partition);
    if (state !== undefined) void this.seek(partition, state, offset);
  }

  pause(partition: number): void {
    this.setPaused(partition, true);
  }

  resume(partition: number): void {
    this.setPaused(partition, false);
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    if (this.restart !== null) clearTimeout(this.restart);
    await settlesWithin(STOP_TIMEOUT_MS, this.consumer.disconnect());
    await Promise.all(this.handlers);
    await this.admin.stop();
  }

  private run(): Promise<void> {
    return this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  /**
   * Runs before the first fetch of a new assignment. kafkajs begins every partition anew at what its own group
   * committed, which is nothing: kept partitions are set to where they were, new ones wait for `startAt`.
   */
  private joined(assigned: readonly number[]): void {
    // A join that was under way when the stop came: an error ends the consumer, which forgot it.
    if (this.state === 'stopped') throw new Error('joined after the stop');
    this.crashes = 0;
    this.assignedAtMs = Date.now();
    const lost = [...this.partitions.keys()].filter((partition) => !assigned.includes(partition));
    const added = assigned.filter((partition) => !this.partitions.has(partition));
    for (const partition of lost) this.partitions.delete(partition);
    for (const partition of added) {
      this.partitions.set(partition, newPartition());
    }
    for (const [partition, state] of this.partitions) {
      state.held = null;
      this.position(partition, state);
    }
    this.log.info({ partitions: assigned, lost, added }, 'joined the group');
    try {
      if (lost.length > 0) this.listener.onLost(lost);
      if (added.length > 0) this.listener.onAssigned(added);
    } catch (error) {
      this.fail(error);
    }
  }

  /** What kafkajs calls final is the cluster's trouble more often than ours, so it too is tried again for a while. */
  private crashed(error: Error, restarts: boolean): void {
    if (this.state === 'stopped') return;
    this.crashes += 1;
    this.log.warn({ error, crashes: this.crashes }, 'the consumer failed and starts again');
    if (restarts) return;
    if (this.crashes > MAX_CRASHES) {
      this.fail(error);
      return;
    }
    this.restart = setTimeout(() => void this.run(), CRASH_PAUSE_MS);
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition } = batch;
    const state = this.partitions.get(partition);
    const last = batch.messages.at(-1);
    // What is fetched and not wanted now is fetched again later.
    if (state === undefined || last === undefined || state.next === null || isHeld(state)) return;
    const expected = state.next;
    if (fetchedOffset(batch) > expected) {
      void this.seek(partition, state, expected);
      return;
    }
    const nextOffset = Number(batch.lastOffset()) + 1;
    // Resolved before it is handled: a handler may end in a later generation of the group. Markers behind the last
    // record are included.
    payload.resolveOffset(last.offset);
    if (nextOffset <= expected) return;
    const records = batch.messages.map(toIncoming).filter(({ offset }) => offset >= expected);
    const handled = this.deliver(partition, state, records, nextOffset, Number(batch.highWatermark));
    if (!(await settlesWithin(LET_GO_AFTER_MS, handled))) this.apply(partition, state);
  }

  private passedMarkers({ partition, firstOffset, lastOffset, highWatermark }: MarkersPassed): void {
    const state = this.partitions.get(partition);
    const nextOffset = Number(lastOffset) + 1;
    if (state === undefined || state.next === null || isHeld(state) || nextOffset <= state.next) return;
    if (firstOffset !== null && Number(firstOffset) > state.next) {
      // Fetched before the partition was set back: what lies between was not read.
      void this.seek(partition, state, state.next);
      return;
    }
    void this.deliver(partition, state, [], nextOffset, Number(highWatermark));
    this.apply(partition, state);
  }

  private deliver(
    partition: number,
    state: PartitionState,
    records: readonly IncomingRecord[],
    nextOffset: number,
    highWatermark: number,
  ): Promise<void> {
    if (this.state !== 'running') return Promise.resolve();
    state.next = nextOffset;
    state.busy = true;
    const handled = (async () => {
      try {
        await this.listener.onRecords(partition, records, nextOffset, highWatermark);
        state.busy = false;
        if (this.partitions.get(partition) === state) this.apply(partition, state);
      } catch (error) {
        this.fail(error);
      }
    })();
    this.handlers.add(handled);
    void handled.finally(() => this.handlers.delete(handled));
    return handled;
  }

  private async seek(partition: number, state: PartitionState, offset: number): Promise<void> {
    state.starts += 1;
    const start = state.starts;
    state.next = null;
    this.apply(partition, state);
    const { admin, topic, log } = this;
    const isCurrent = () =>
      this.state === 'running' && this.partitions.get(partition) === state && state.starts === start;
    try {
      const first = await findFirstOffset({
        admin,
        topic,
        partition,
        offset,
        log,
        timers: systemTimers,
        isCurrent,
      });
      if (first === null) return;
      state.next = first;
      this.position(partition, state);
    } catch (error) {
      this.fail(error);
    }
  }

  private setPaused(partition: number, paused: boolean): void {
    const state = this.partitions.get(partition);
    if (state === undefined) return;
    state.paused = paused;
    this.apply(partition, state);
  }

  /** Tells kafkajs where the partition goes on, and whether it does. */
  private position(partition: number, state: PartitionState): void {
    const { next } = state;
    if (next !== null) {
      this.tell(() => this.consumer.seek({ topic: this.topic, partition, offset: String(next) }));
    }
    this.apply(partition, state);
  }

  private apply(partition: number, state: PartitionState): void {
    const hold = isHeld(state);
    if (state.held === hold) return;
    state.held = hold;
    const which = [{ topic: this.topic, partitions: [partition] }];
    this.tell(() => (hold ? this.consumer.pause(which) : this.consumer.resume(which)));
  }

  /** Between a crash and the restart kafkajs takes no orders; the join that follows gives them all again. */
  private tell(order: () => void): void {
    try {
      order();
    } catch (error) {
      this.log.debug({ error }, 'the consumer is not running');
    }
  }

  private fail(error: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'failed';
    this.listener.onFailure(new Error(`the input of ${this.topic} cannot go on`, { cause: error }));
  }
}
