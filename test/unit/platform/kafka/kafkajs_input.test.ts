/** What the input tells kafkajs, and what it makes of what kafkajs does: races that a real broker shows too rarely. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ConsumerRunConfig, EachBatchPayload, Kafka as KafkaJs } from 'kafkajs';
import { joinGroup } from '../../../../services/platform/kafka/kafkajs_input.ts';
import { quietLog } from '../../../support/quiet_log.ts';
import { RecordingListener } from '../../../support/recording_listener.ts';

const OPTIONS = { topic: 'spans', group: 'g', isolation: 'read_committed' } as const;
const EVENTS = { GROUP_JOIN: 'join', CRASH: 'crash', START_BATCH_PROCESS: 'batch' };

/** A kafkajs consumer whose events and batches the test makes up; it keeps what it is told, by partition. */
class FakeConsumer {
  readonly events = EVENTS;
  readonly seeks = new Map<number, string>();
  readonly paused = new Set<number>();
  readonly resolved: string[] = [];
  runs = 0;
  settings: Record<string, unknown> = {};
  private readonly listeners = new Map<string, (event: object) => void>();
  private eachBatch: ConsumerRunConfig['eachBatch'];

  asKafkaJs(low = 0, high = 1000): KafkaJs {
    const admin = {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      fetchTopicOffsets: () =>
        Promise.resolve([0, 1].map((partition) => ({ partition, low: String(low), high: String(high) }))),
    };
    const consumer = (settings: Record<string, unknown>) => {
      this.settings = settings;
      return this;
    };
    return { consumer, admin: () => admin } as unknown as KafkaJs;
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }
  disconnect(): Promise<void> {
    return Promise.resolve();
  }
  subscribe(): Promise<void> {
    return Promise.resolve();
  }
  run({ eachBatch }: ConsumerRunConfig): Promise<void> {
    this.runs += 1;
    this.eachBatch = eachBatch;
    return Promise.resolve();
  }
  on(event: string, listener: (event: object) => void): void {
    this.listeners.set(event, listener);
  }
  seek({ partition, offset }: { partition: number; offset: string }): void {
    this.seeks.set(partition, offset);
  }
  pause([{ partitions }]: [{ partitions: number[] }]): void {
    for (const partition of partitions) this.paused.add(partition);
  }
  resume([{ partitions }]: [{ partitions: number[] }]): void {
    for (const partition of partitions) this.paused.delete(partition);
  }

  emit(event: string, payload: object): void {
    this.listeners.get(event)?.({ payload });
  }

  join(...partitions: number[]): void {
    this.emit(EVENTS.GROUP_JOIN, { memberAssignment: { spans: partitions } });
  }

  /** One fetched batch; `lastOffset` may lie behind the last record, where there are markers. */
  async fetched(
    partition: number,
    fetchedOffset: number,
    offsets: number[],
    lastOffset?: number,
  ): Promise<void> {
    const messages = offsets.map((offset) => ({
      offset: String(offset),
      timestamp: '0',
      value: Buffer.from(String(offset)),
    }));
    const batch = {
      partition,
      messages,
      fetchedOffset: String(fetchedOffset),
      lastOffset: () => String(lastOffset ?? offsets.at(-1)),
      highWatermark: '1000',
    };
    const resolveOffset = (offset: string): void => void this.resolved.push(offset);
    await this.eachBatch?.({ batch, resolveOffset } as unknown as EachBatchPayload);
  }
}

let consumer: FakeConsumer;
let listener: RecordingListener;
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function startedAt(offsets: Record<number, number>, client = consumer.asKafkaJs()) {
  const input = await joinGroup(client, OPTIONS, listener, quietLog);
  consumer.join(...Object.keys(offsets).map(Number));
  for (const [partition, offset] of Object.entries(offsets)) input.startAt(Number(partition), offset);
  await turn();
  return input;
}

beforeEach(() => {
  consumer = new FakeConsumer();
  listener = new RecordingListener();
});

describe('joining a group through kafkajs', () => {
  test('the group of the members is not the group of the offsets', async () => {
    await startedAt({ 0: 0 });
    expect(consumer.settings['groupId']).not.toBe('g');
  });

  test('new partitions are held before the first fetch, until startAt has looked up what there is', async () => {
    const input = await joinGroup(consumer.asKafkaJs(5), OPTIONS, listener, quietLog);
    consumer.join(0, 1);
    expect([...consumer.paused]).toEqual([0, 1]);
    input.startAt(1, 3);
    expect([...consumer.paused]).toEqual([0, 1]);
    await turn();
    expect([...consumer.paused]).toEqual([0]);
    expect(consumer.seeks).toEqual(new Map([[1, '5']]));
  });

  // Each join makes kafkajs start again at what its own group committed: nothing.
  test('a kept partition is set to where it was at every join', async () => {
    await startedAt({ 0: 7, 1: 0 });
    await consumer.fetched(0, 7, [7, 8, 9]);
    consumer.seeks.clear();
    consumer.join(0);
    expect(consumer.seeks).toEqual(new Map([[0, '10']]));
    expect(listener.assigned).toEqual([[0, 1]]);
    expect(listener.lost).toEqual([[1]]);
  });

  test('what was paused is paused again after a crash made kafkajs forget it', async () => {
    const input = await startedAt({ 0: 0, 1: 0 });
    input.pause(1);
    consumer.paused.clear();
    consumer.join(0, 1);
    expect([...consumer.paused]).toEqual([1]);
  });

  test('a crash that kafkajs calls final is tried again', async () => {
    jest.useFakeTimers();
    const client = consumer.asKafkaJs();
    await joinGroup(client, OPTIONS, listener, quietLog);
    consumer.emit(EVENTS.CRASH, { error: new Error('no coordinator'), restart: false });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(consumer.runs).toBe(2);
    consumer.emit(EVENTS.CRASH, { error: new Error('no coordinator'), restart: true });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(consumer.runs).toBe(2);
    expect(listener.failures).toEqual([]);
  });

  test('crashes without end are a failure', async () => {
    jest.useFakeTimers();
    await joinGroup(consumer.asKafkaJs(), OPTIONS, listener, quietLog);
    for (let crash = 0; crash < 100; crash++) {
      consumer.emit(EVENTS.CRASH, { error: new Error('not authorized'), restart: false });
      await jest.advanceTimersByTimeAsync(5_000);
    }
    expect(listener.failures).toHaveLength(1);
  });

  test('after the stop a join under way ends the consumer', async () => {
    const input = await startedAt({ 0: 0 });
    await input.stop();
    expect(() => consumer.join(0)).toThrow('after the stop');
    const retry = consumer.settings['retry'] as { restartOnFailure: () => Promise<boolean> };
    expect(await retry.restartOnFailure()).toBe(false);
  });

  afterEach(() => {
    jest.useRealTimers();
  });
});

describe('batches from kafkajs', () => {
  test('the next offset lies behind the markers', async () => {
    await startedAt({ 0: 0 });
    await consumer.fetched(0, 0, [0, 1], 3);
    expect(listener.next.get(0)).toBe(4);
    expect(consumer.resolved).toEqual(['1']);
  });

  test('markers behind the last record are passed, those from behind a gap are not', async () => {
    await startedAt({ 0: 0 });
    const markers = (firstOffset: number, lastOffset: number) => ({
      partition: 0,
      batchSize: 0,
      firstOffset: String(firstOffset),
      lastOffset: String(lastOffset),
      highWatermark: '1000',
    });
    consumer.emit(EVENTS.START_BATCH_PROCESS, markers(0, 1));
    await turn();
    expect(listener.next.get(0)).toBe(2);
    // Fetched before the partition was set back, from a broker that led it then.
    consumer.emit(EVENTS.START_BATCH_PROCESS, markers(50, 60));
    await turn();
    expect(listener.next.get(0)).toBe(2);
    expect(consumer.seeks.get(0)).toBe('2');
    await consumer.fetched(0, 2, [2]);
    expect(listener.values(0)).toEqual(['2']);
  });

  test('records that were delivered before are skipped', async () => {
    await startedAt({ 0: 0 });
    await consumer.fetched(0, 0, [0, 1, 2]);
    await consumer.fetched(0, 0, [0, 1, 2]);
    await consumer.fetched(0, 1, [1, 2, 3]);
    expect(listener.values(0)).toEqual(['0', '1', '2', '3']);
  });

  test('a batch from behind a gap is not taken; the partition is set back to where it was', async () => {
    await startedAt({ 0: 0 });
    await consumer.fetched(0, 0, [0]);
    await consumer.fetched(0, 5, [5]);
    await turn();
    expect(listener.values(0)).toEqual(['0']);
    expect(consumer.seeks.get(0)).toBe('1');
    await consumer.fetched(0, 1, [1, 2]);
    expect(listener.values(0)).toEqual(['0', '1', '2']);
  });

  test('a batch of a partition that is held, lost or not started is left for later', async () => {
    const input = await startedAt({ 0: 0 });
    input.pause(0);
    await consumer.fetched(0, 0, [0]);
    await consumer.fetched(1, 0, [0]);
    expect(consumer.resolved).toEqual([]);
    expect(listener.values(0)).toEqual([]);
  });

  test('a partition whose handler takes long is let go of, and comes back when the handler is done', async () => {
    await startedAt({ 0: 0 });
    const release = Promise.withResolvers<undefined>();
    listener.handle = () => release.promise;
    await consumer.fetched(0, 0, [0]);
    expect([...consumer.paused]).toEqual([0]);
    consumer.join(0);
    expect([...consumer.paused]).toEqual([0]);
    release.resolve(undefined);
    await turn();
    expect([...consumer.paused]).toEqual([]);
    expect(consumer.seeks.get(0)).toBe('1');
  });

  test('after a handler rejected nothing is delivered any more', async () => {
    await startedAt({ 0: 0, 1: 0 });
    listener.handle = () => Promise.reject(new Error('a bug'));
    await consumer.fetched(0, 0, [0]);
    await consumer.fetched(1, 0, [0]);
    expect(listener.failures).toHaveLength(1);
    expect(listener.values(1)).toEqual([]);
  });
});
