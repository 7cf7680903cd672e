/** What a member of a group does with its partitions when joining goes wrong. */
import { expect, it } from '@jest/globals';
import { GroupReader, type OwnedPartition } from '../../../../services/platform/kafka/group_reader.ts';
import {
  KafkaUnavailableError,
  type Input,
  type InputListener,
  type Kafka,
} from '../../../../services/platform/kafka/port.ts';
import type { StallWatch } from '../../../../services/platform/kafka/stall_watch.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { quietLog } from '../../../support/quiet_log.ts';

const turns = () => new Promise((resolve) => setImmediate(resolve));

class Bench {
  readonly time = new ManualTime();
  readonly events: string[] = [];
  readonly failures: unknown[] = [];
  /** What the next joins come to, once each has given partition 3. */
  joins: (Error | null)[] = [];
  rejoin = false;
  readonly reader: GroupReader<OwnedPartition>;

  constructor() {
    const stalls = {
      isDue: true,
      look: () => {
        const { rejoin } = this;
        this.rejoin = false;
        return Promise.resolve({ restart: [], rejoin });
      },
    };
    this.reader = new GroupReader({
      kafka: { input: (_: unknown, listener: InputListener) => this.join(listener) } as Kafka,
      input: { topic: 'spans', group: 'g', isolation: 'read_committed' },
      createPartition: (partition) => this.partition(partition),
      stalls: stalls as unknown as StallWatch,
      timers: this.time,
      log: quietLog,
      fail: (error) => this.failures.push(error),
    });
  }

  private async join(listener: InputListener): Promise<Input> {
    await turns();
    listener.onAssigned([3]);
    const failure = this.joins.shift() ?? null;
    if (failure !== null) throw failure;
    const nothing = (): void => undefined;
    return { startAt: nothing, pause: nothing, resume: nothing, stop: () => Promise.resolve() };
  }

  private partition(partition: number): OwnedPartition {
    const done = (event: string) => {
      this.events.push(`${event} ${partition}`);
      return Promise.resolve();
    };
    return {
      ...{ isRunning: true, waits: () => [], tend: () => undefined, restart: () => undefined },
      ...{ read: () => Promise.resolve(), open: () => done('open'), close: () => done('close') },
    };
  }
}

it('closes what a join gave that failed in the end', async () => {
  const bench = new Bench();
  bench.joins = [new KafkaUnavailableError('away')];
  await expect(bench.reader.start()).rejects.toThrow('away');
  expect([bench.events, bench.reader.size]).toEqual([['open 3', 'close 3'], 0]);
});

it('holds each partition once when a group is joined anew at the second try', async () => {
  const bench = new Bench();
  await bench.reader.start();
  bench.joins = [new KafkaUnavailableError('away')];
  bench.rejoin = true;
  bench.reader.tend();
  for (let i = 0; i < 10; i++) await turns();
  bench.time.advance(5_000);
  for (let i = 0; i < 10; i++) await turns();
  expect(bench.events).toEqual(['open 3', 'close 3', 'open 3', 'close 3', 'open 3']);
  expect([bench.reader.size, bench.failures]).toEqual([1, []]);
});
