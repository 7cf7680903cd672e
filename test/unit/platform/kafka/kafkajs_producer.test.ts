import { describe, expect, test } from '@jest/globals';
import kafkajs, { type Kafka as KafkaJs, type ProducerRecord, type RecordMetadata } from 'kafkajs';
import { createProducer } from '../../../../services/platform/kafka/kafkajs_producer.ts';
import {
  KafkaUnavailableError,
  RecordTooLargeError,
  type PartitionRecords,
} from '../../../../services/platform/kafka/port.ts';
import { quietLog } from '../../../support/quiet_log.ts';

type Send = (record: ProducerRecord) => Promise<RecordMetadata[]>;

/** A kafkajs client whose producers send as told; it notes which producer sent what. */
class FakeClient {
  readonly sent: { producer: number; record: ProducerRecord }[] = [];
  disconnected = 0;
  private producers = 0;
  private readonly send: Send;

  constructor(send: Send) {
    this.send = send;
  }

  asKafkaJs(): KafkaJs {
    return { producer: () => this.producer() } as unknown as KafkaJs;
  }

  private producer(): object {
    this.producers += 1;
    const id = this.producers;
    return {
      connect: () => Promise.resolve(),
      send: (record: ProducerRecord) => {
        this.sent.push({ producer: id, record });
        return this.send(record);
      },
      disconnect: () => {
        this.disconnected += 1;
        return Promise.resolve();
      },
    };
  }
}

const batch = (partition: number, ...values: string[]): PartitionRecords => ({
  topic: 'spans',
  partition,
  records: values.map((value) => ({ value: Buffer.from(value) })),
});

const stored = (baseOffset: number): RecordMetadata[] => [
  { topicName: 'spans', partition: 0, errorCode: 0, baseOffset: String(baseOffset) },
];

describe('appending through kafkajs', () => {
  test('one send is one partition, to all in-sync replicas', async () => {
    const client = new FakeClient(() => Promise.resolve(stored(4)));
    const producer = createProducer(client.asKafkaJs(), quietLog);
    expect(await producer.append(batch(3, 'a', 'b'))).toEqual({ offset: 4 });
    const [sent] = client.sent;
    expect(sent?.record.messages.map(({ partition }) => partition)).toEqual([3, 3]);
    expect(sent?.record.acks).toBe(-1);
    expect(sent?.record.compression).toBe(kafkajs.CompressionTypes.None);
  });

  test('the sends of a partition never overlap, and keep their order', async () => {
    let underWay = 0;
    const client = new FakeClient(async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return stored(0);
    });
    const producer = createProducer(client.asKafkaJs(), quietLog);
    await Promise.all(['a', 'b', 'c'].map((value) => producer.append(batch(1, value))));
    expect(client.sent.map(({ record }) => String(record.messages[0]?.value))).toEqual(['a', 'b', 'c']);
  });

  // Its sequence numbers were taken back although the send may have arrived: the broker would take the next send for
  // a repetition, drop it, and acknowledge it.
  test('after a failed send the next one comes from a new producer', async () => {
    const outcomes: (() => Promise<RecordMetadata[]>)[] = [
      () => Promise.resolve(stored(0)),
      () => Promise.reject(new Error('connection lost')),
      () => Promise.resolve(stored(1)),
    ];
    const client = new FakeClient(() => outcomes.shift()?.() ?? Promise.reject(new Error('no more')));
    const producer = createProducer(client.asKafkaJs(), quietLog);
    await producer.append(batch(0, 'a'));
    await expect(producer.append(batch(0, 'b'))).rejects.toThrow(KafkaUnavailableError);
    await producer.append(batch(0, 'c'));
    expect(client.sent.map((send) => send.producer)).toEqual([1, 1, 2]);
    expect(client.disconnected).toBe(1);
  });

  test('a record that is too large was certainly not stored: its producer stays', async () => {
    const tooLarge = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });
    const outcomes = [() => Promise.reject(tooLarge), () => Promise.resolve(stored(0))];
    const client = new FakeClient(() => outcomes.shift()?.() ?? Promise.reject(new Error('no more')));
    const producer = createProducer(client.asKafkaJs(), quietLog);
    await expect(producer.append(batch(0, 'a'))).rejects.toThrow(RecordTooLargeError);
    await producer.append(batch(0, 'b'));
    expect(client.sent.map((send) => send.producer)).toEqual([1, 1]);
  });

  test('stop waits for what was asked before, and refuses what comes after', async () => {
    const client = new FakeClient(() => Promise.resolve(stored(0)));
    const producer = createProducer(client.asKafkaJs(), quietLog);
    const before = producer.append(batch(0, 'a'));
    const stop = producer.stop();
    const after = producer.append(batch(0, 'b'));
    await expect(after).rejects.toThrow('stopped');
    await Promise.all([before, stop]);
    expect(client.disconnected).toBe(1);
  });
});
