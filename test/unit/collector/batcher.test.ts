import { describe, expect, test } from '@jest/globals';
import { DEFAULT_TENANT, TENANT_HEADER } from '../../../services/core/contracts.ts';
import type { PartitionSpans } from '../../../services/core/otlp/split_request.ts';
import { Batcher } from '../../../services/collector/batcher.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import {
  KafkaUnavailableError,
  RecordTooLargeError,
  type PartitionRecords,
} from '../../../services/platform/kafka/port.ts';
import { valueBytes, wholeValue } from '../../../services/platform/kafka/record_value.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { ManualTime } from '../../support/manual_time.ts';

interface Append extends PromiseWithResolvers<undefined> {
  readonly batch: PartitionRecords;
}

const LINGER_MS = 20;
const RECORD_BYTES = 100;

class Setup {
  readonly time = new ManualTime();
  readonly appends: Append[] = [];
  readonly batcher = new Batcher({
    ...{ topic: 'spans', recordBytes: RECORD_BYTES, lingerMs: LINGER_MS },
    append: (batch) => {
      const append = { batch, ...Promise.withResolvers<undefined>() };
      this.appends.push(append);
      return append.promise;
    },
    timers: this.time,
    clock: this.time,
    metrics: createRegistry('test').create(METRICS),
  });

  /** What became of it, once promises have had their turn. */
  add(...parts: PartitionSpans[]): { outcome: 'waiting' | 'stored' | Error } {
    return this.addOf(DEFAULT_TENANT, ...parts);
  }

  addOf(tenant: string, ...parts: PartitionSpans[]): { outcome: 'waiting' | 'stored' | Error } {
    const result: { outcome: 'waiting' | 'stored' | Error } = { outcome: 'waiting' };
    this.batcher.add(parts, tenant).then(
      () => (result.outcome = 'stored'),
      (error: unknown) => (result.outcome = error as Error),
    );
    return result;
  }

  async linger(): Promise<void> {
    this.time.advance(LINGER_MS);
    await settle();
  }

  /** The sizes of the records of each send, with its partition. */
  get sent(): [number, number[]][] {
    return this.appends.map(({ batch }) => [
      batch.partition,
      batch.records.map(({ value }) => valueBytes(value)),
    ]);
  }

  /** Tenant and size of the records of each send; null for a record that names none. */
  get sentOf(): [string | null, number][][] {
    return this.appends.map(({ batch }) =>
      batch.records.map(({ headers, value }) => [
        headers?.[TENANT_HEADER]?.toString() ?? null,
        valueBytes(value),
      ]),
    );
  }

  async answer(at: number, error?: Error): Promise<void> {
    if (error === undefined) this.appends[at]?.resolve(undefined);
    else this.appends[at]?.reject(error);
    await settle();
  }
}

/** All promises that can settle have settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const part = (partition: number, bytes: number, fill = 1): PartitionSpans => ({
  partition,
  spans: 1,
  bytes: new Uint8Array(bytes).fill(fill),
});

test('records leave compressed: names and attributes repeat from span to span', async () => {
  const setup = new Setup();
  setup.add(part(0, RECORD_BYTES));
  await setup.answer(0);
  expect(setup.appends.map(({ batch }) => batch.compression)).toEqual(['zstd']);
});

describe('an answer', () => {
  test('comes once Kafka has acknowledged every partition of the request, not before', async () => {
    const setup = new Setup();
    const request = setup.add(part(0, 10), part(1, 10));
    await setup.linger();
    expect(setup.sent).toEqual([
      [0, [10]],
      [1, [10]],
    ]);
    await setup.answer(0);
    expect(request.outcome).toBe('waiting');
    await setup.answer(1);
    expect(request.outcome).toBe('stored');
  });

  test('is the cause of the failure where one partition fails, and comes when all have settled', async () => {
    const setup = new Setup();
    const request = setup.add(part(0, 10), part(1, 10));
    await setup.linger();
    const outage = new KafkaUnavailableError('broker is gone');
    await setup.answer(0, outage);
    expect(request.outcome).toBe('waiting');
    await setup.answer(1);
    expect(request.outcome).toBe(outage);
  });

  test('comes at once for a request without spans', async () => {
    const setup = new Setup();
    const request = setup.add();
    await settle();
    expect(request.outcome).toBe('stored');
  });

  test('of a request in another send is not touched by a failure', async () => {
    const setup = new Setup();
    const first = setup.add(part(0, RECORD_BYTES));
    const other = setup.add(part(1, RECORD_BYTES));
    await setup.answer(0, new KafkaUnavailableError('no'));
    await setup.answer(1);
    expect(first.outcome).toBeInstanceOf(KafkaUnavailableError);
    expect(other.outcome).toBe('stored');
  });
});

describe('a record', () => {
  test('joins what several requests have for its partition, in order', async () => {
    const setup = new Setup();
    setup.add(part(0, 3, 1));
    setup.add(part(0, 2, 2));
    await setup.linger();
    expect(
      setup.appends.map(({ batch }) => [
        batch.topic,
        ...batch.records.map(({ value }) => [...wholeValue(value)]),
      ]),
    ).toEqual([['spans', [1, 1, 1, 2, 2]]]);
  });

  test('is sent when it is large enough, without waiting', () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES - 1));
    expect(setup.sent).toEqual([]);
    setup.add(part(0, 1));
    expect(setup.sent).toEqual([[0, [RECORD_BYTES]]]);
  });

  test('that is small is sent when its first span has waited for the linger time, and not sooner', async () => {
    const setup = new Setup();
    setup.add(part(0, 1));
    setup.time.advance(LINGER_MS - 1);
    setup.add(part(0, 1));
    await settle();
    expect(setup.sent).toEqual([]);
    setup.time.advance(1);
    await settle();
    expect(setup.sent).toEqual([[0, [2]]]);
  });

  test('that is small is sent with those of all other partitions, also where it has waited less', async () => {
    const setup = new Setup();
    setup.add(part(0, 1));
    setup.time.advance(LINGER_MS - 1);
    setup.add(part(1, 1), part(2, 1));
    setup.time.advance(1);
    await settle();
    expect(setup.sent).toEqual([
      [0, [1]],
      [1, [1]],
      [2, [1]],
    ]);
  });

  test('of the next batch waits its own time, not what was left of the last', async () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES));
    await setup.answer(0);
    setup.time.advance(LINGER_MS / 2);
    setup.add(part(0, 1));
    setup.time.advance(LINGER_MS / 2);
    await settle();
    expect(setup.sent).toHaveLength(1);
    setup.time.advance(LINGER_MS / 2);
    await settle();
    expect(setup.sent).toHaveLength(2);
  });
});

describe('a partition', () => {
  test('has one send under way; what comes meanwhile goes together in the next, as records of their size', async () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES));
    for (let i = 0; i < 5; i++) setup.add(part(0, 50));
    await setup.linger();
    expect(setup.sent).toEqual([[0, [100]]]);
    await setup.answer(0);
    expect(setup.sent.slice(1)).toEqual([[0, [100, 100, 50]]]);
  });

  test('does not wait for another', () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES));
    setup.add(part(1, RECORD_BYTES));
    expect(setup.sent.map(([partition]) => partition)).toEqual([0, 1]);
  });

  test('sends no more at once than a message of Kafka holds, but a request larger than that alone', async () => {
    const setup = new Setup();
    const mib = 1024 * 1024;
    setup.add(part(0, RECORD_BYTES));
    for (const size of [3 * mib, 1.5 * mib, 15 * mib, 1]) setup.add(part(0, size));
    for (let i = 0; i < 4; i++) await setup.answer(i);
    expect(setup.sent.slice(1)).toEqual([
      [0, [3 * mib]],
      [0, [1.5 * mib]],
      [0, [15 * mib]],
      [0, [1]],
    ]);
  });

  test('refuses what waits behind a send that Kafka did not take, so that nobody waits longer than one', async () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES));
    const behind = setup.add(part(0, 1));
    await setup.answer(0, new KafkaUnavailableError('no'));
    expect(behind.outcome).toBeInstanceOf(KafkaUnavailableError);
    await setup.linger();
    expect(setup.sent).toHaveLength(1);
  });

  test('goes on behind a record that is too large: that is no outage', async () => {
    const setup = new Setup();
    const large = setup.add(part(0, RECORD_BYTES));
    const behind = setup.add(part(0, RECORD_BYTES));
    await setup.answer(0, new RecordTooLargeError('no'));
    await setup.answer(1);
    expect([large.outcome, behind.outcome]).toEqual([expect.any(RecordTooLargeError), 'stored']);
  });

  test('takes spans again after an outage', async () => {
    const setup = new Setup();
    setup.add(part(0, RECORD_BYTES));
    await setup.answer(0, new KafkaUnavailableError('no'));
    const later = setup.add(part(0, RECORD_BYTES));
    await setup.answer(1);
    expect(later.outcome).toBe('stored');
  });
});

describe('tenants', () => {
  test('share a send and never a record; the default one has no header', async () => {
    const f = new Setup();
    const all = [f.addOf('shop', part(0, 10)), f.add(part(0, 11)), f.addOf('shop', part(0, 12))];
    await f.linger();
    expect(f.sentOf).toEqual([
      [
        ['shop', 22],
        [null, 11],
      ],
    ]);
    await f.answer(0);
    expect(all.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored']);
  });

  test('take turns where more waits than goes into a send', async () => {
    const f = new Setup();
    const mib = 1024 * 1024;
    f.add(part(0, 2 * RECORD_BYTES));
    for (let at = 0; at < 20; at++) f.addOf('flood', part(0, mib));
    f.addOf('shop', part(0, 10));
    f.addOf('shop', part(0, 11));
    await f.answer(0);
    const bytesOf = (tenant: string): number =>
      (f.sentOf[1] ?? []).filter(([of]) => of === tenant).reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(bytesOf('shop')).toBe(21);
    expect(bytesOf('flood')).toBe(3 * mib);
    for (let at = 1; at <= 7; at++) await f.answer(at);
    expect(
      f.sentOf
        .slice(2)
        .flat()
        .reduce((sum, [, bytes]) => sum + bytes, 0),
    ).toBe(17 * mib);
  });
});

test('draining sends what waits at once, and ends when all of it is answered', async () => {
  const setup = new Setup();
  const first = setup.add(part(0, RECORD_BYTES));
  const behind = setup.add(part(0, 1), part(1, 1));
  let isDrained = false;
  const drained = setup.batcher.drain().then(() => (isDrained = true));
  expect(setup.sent.map(([partition]) => partition)).toEqual([0, 1]);
  await setup.answer(0);
  await setup.answer(1);
  expect([first.outcome, behind.outcome, isDrained]).toEqual(['stored', 'waiting', false]);
  await setup.answer(2);
  await drained;
  expect(behind.outcome).toBe('stored');
});
