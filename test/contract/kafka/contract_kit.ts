/** What the tests of the contract share: topics, readers and owners of their own, and the end of all that. */
import {
  type Admin,
  type ClaimOptions,
  type Input,
  type InputOptions,
  type Kafka,
  type Ownership,
  type PartitionRecords,
  type Producer,
} from '../../../services/platform/kafka/port.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';

export interface KafkaUnderTest {
  readonly kafka: Kafka;
  /** The broker's time. */
  now(): number;
  uniqueName(prefix: string): string;
  /** As an owner does that dies amid a commit: the records are there, the transaction is open. */
  leaveOpenTransaction(owner: ClaimOptions, output: PartitionRecords): Promise<void>;
  /** As a foreign producer does: one record that is a bomb to its readers, in a batch that Kafka takes. */
  appendBomb(topic: string, partition: number): Promise<void>;
  deleteRecords(topic: string, partition: number, before: number): Promise<void>;
}

export interface Reader {
  readonly input: Input;
  readonly listener: RecordingListener;
}

export const PARTITIONS = 4;
export const MAX_MESSAGE_BYTES = 2_000_000;

export function batch(topic: string, partition: number, ...values: string[]): PartitionRecords {
  return { topic, partition, records: values.map((value) => ({ value: Buffer.from(value) })) };
}

interface Parts {
  readonly under: KafkaUnderTest;
  readonly admin: Admin;
  readonly producer: Producer;
}

export class ContractKit {
  private parts: Parts | null = null;
  private readonly inputs: Input[] = [];
  private readonly ownerships: Ownership[] = [];

  get under(): KafkaUnderTest {
    return this.opened().under;
  }
  get admin(): Admin {
    return this.opened().admin;
  }
  get producer(): Producer {
    return this.opened().producer;
  }

  async open(under: KafkaUnderTest): Promise<void> {
    const [admin, producer] = await Promise.all([under.kafka.admin(), under.kafka.producer()]);
    this.parts = { under, admin, producer };
  }

  /** After each test. */
  async cleanUp(): Promise<void> {
    await Promise.all(this.inputs.splice(0).map((input) => input.stop()));
    await Promise.all(this.ownerships.splice(0).map((ownership) => ownership.release()));
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.stop(), this.admin.stop()]);
  }

  async createTopic(partitions = PARTITIONS): Promise<string> {
    const name = this.under.uniqueName('topic');
    const config = {
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': String(MAX_MESSAGE_BYTES),
    };
    await this.admin.ensureTopics([{ name, partitions, replicationFactor: 1, config }]);
    return name;
  }

  async append(topic: string, partition: number, ...values: string[]): Promise<void> {
    for (const value of values) await this.producer.append(batch(topic, partition, value));
  }

  async join(topic: string, options: Partial<InputOptions> = {}): Promise<Reader> {
    const listener = new RecordingListener();
    const group = this.under.uniqueName('group');
    const input = await this.under.kafka.input(
      { topic, group, isolation: 'read_committed', ...options },
      listener,
    );
    this.inputs.push(input);
    return { input, listener };
  }

  /** A reader of the whole topic, from its beginning. */
  async readAll(topic: string, isolation: InputOptions['isolation'] = 'read_committed'): Promise<Reader> {
    const reader = await this.join(topic, { isolation });
    await reader.listener.until(() => reader.listener.partitions.length > 0);
    startAll(reader.input, reader.listener);
    return reader;
  }

  owner(topic: string, partition = 0): ClaimOptions {
    const group = this.under.uniqueName('owners');
    return { topic, partition, group, transactionalId: `${group}-${partition}` };
  }

  async claim(options: ClaimOptions): Promise<Ownership> {
    const ownership = await this.under.kafka.claim(options);
    this.ownerships.push(ownership);
    return ownership;
  }

  private opened(): Parts {
    if (this.parts === null) throw new Error('not open');
    return this.parts;
  }
}
