/**
 * Ownership of an input partition: a transactional id, and transactions that hold outputs and offsets together.
 *
 * The order of a claim is what makes it safe: InitProducerId first (it ends what an older owner left open and shuts
 * that owner out), the committed offset after it, stable ones only. After any error the kafkajs producer is of no
 * use: its state machine stays where it failed.
 */
import type { Kafka as KafkaJs, Producer as KafkaJsProducer, Transaction } from 'kafkajs';
import { retrying, settlesWithin, within } from './deadline.ts';
import {
  commitError,
  isCoordinatorBusy,
  isFenced,
  isTooLarge,
  isTransient,
  requestError,
} from './kafkajs_errors.ts';
import { givenPartition, toSend } from './kafkajs_records.ts';
import { stableOffset } from './kafkajs_stable_offset.ts';
import { TRANSACTION_RETRY } from './kafkajs_workarounds.ts';
import {
  FencedError,
  RecordTooLargeError,
  type ClaimOptions,
  type CommittedOffset,
  type OffsetCommit,
  type Ownership,
  type PartitionRecords,
} from './port.ts';

/**
 * When the broker aborts a transaction by itself. Longer than the slowest commit, and short, since an owner's open
 * transaction hides what follows it from readers after the owner died.
 */
const TRANSACTION_TIMEOUT_MS = 20_000;
const COMMIT_TIMEOUT_MS = 30_000;
const CLAIM_TIMEOUT_MS = 30_000;
const CLAIM_PAUSE_MS = 100;
const CLOSE_TIMEOUT_MS = 5_000;
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_PAUSE_MS = 10;
/** The brokers' default for `offset.metadata.max.bytes`. */
const MAX_METADATA_BYTES = 4096;

/** Throws FencedError when somebody else claims at this very moment, KafkaUnavailableError. */
export async function claimPartition(client: KafkaJs, options: ClaimOptions): Promise<Ownership> {
  const giveUpAtMs = performance.now() + CLAIM_TIMEOUT_MS;
  try {
    return await retrying(
      {
        timeoutMs: CLAIM_TIMEOUT_MS,
        pauseMs: CLAIM_PAUSE_MS,
        retriable: (error) => !isFenced(error) && isTransient(error),
      },
      () => claimOnce(client, options, giveUpAtMs),
    );
  } catch (error) {
    const what = `claim of ${options.topic}/${options.partition}`;
    if (isFenced(error)) throw new FencedError(`${what}: another owner came first`, { cause: error });
    throw requestError(error, what);
  }
}

async function claimOnce(client: KafkaJs, options: ClaimOptions, giveUpAtMs: number): Promise<Ownership> {
  const producer = client.producer({
    transactionalId: options.transactionalId,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: TRANSACTION_RETRY,
    createPartitioner: givenPartition,
    // Transactions are idempotent anyway; said here, kafkajs would also ask for a producer id that it never uses.
    idempotent: false,
  });
  try {
    await producer.connect();
    // The first of a producer asks for InitProducerId; beginning one is otherwise local.
    const first = await producer.transaction();
    const committed = await stableOffset(client, options, giveUpAtMs - performance.now());
    return new TransactionalOwnership(producer, first, committed, options);
  } catch (error) {
    await settlesWithin(CLOSE_TIMEOUT_MS, producer.disconnect());
    throw error;
  }
}

class TransactionalOwnership implements Ownership {
  readonly committed: CommittedOffset | null;
  private readonly producer: KafkaJsProducer;
  private readonly options: ClaimOptions;
  private next: Transaction | null;
  private state: 'free' | 'committing' | 'spent' = 'free';

  constructor(
    producer: KafkaJsProducer,
    first: Transaction,
    committed: CommittedOffset | null,
    options: ClaimOptions,
  ) {
    this.producer = producer;
    this.next = first;
    this.committed = committed;
    this.options = options;
  }

  async commit(outputs: readonly PartitionRecords[], offsets: readonly OffsetCommit[]): Promise<void> {
    if (this.state !== 'free') throw new Error(`commit of ${this.name()} while ownership is ${this.state}`);
    for (const { metadata } of offsets) {
      if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
        throw new RangeError('offset metadata is too long');
    }
    this.state = 'committing';
    try {
      await within(COMMIT_TIMEOUT_MS, this.transact(outputs, offsets));
      this.state = 'free';
    } catch (error) {
      this.state = 'spent';
      throw commitError(error, this.name());
    }
  }

  async release(): Promise<void> {
    this.state = 'spent';
    await settlesWithin(CLOSE_TIMEOUT_MS, this.producer.disconnect());
  }

  private async transact(
    outputs: readonly PartitionRecords[],
    offsets: readonly OffsetCommit[],
  ): Promise<void> {
    const transaction = this.next ?? (await this.producer.transaction());
    this.next = null;
    try {
      for (const output of outputs) await transaction.send(toSend(output));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await transaction.abort();
      throw new RecordTooLargeError(`a record of ${this.name()} is too large`, { cause: error });
    }
    for (const offset of offsets) await this.addOffset(transaction, offset);
    await transaction.commit();
  }

  /** kafkajs asks once; right after another transaction the broker is often not done with that one. */
  private async addOffset(
    transaction: Transaction,
    { group, offset, metadata }: OffsetCommit,
  ): Promise<void> {
    const { topic, partition } = this.options;
    const position = { partition, offset: String(offset), metadata };
    await retrying({ timeoutMs: BUSY_TIMEOUT_MS, pauseMs: BUSY_PAUSE_MS, retriable: isCoordinatorBusy }, () =>
      transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [position] }] }),
    );
  }

  private name(): string {
    return `${this.options.topic}/${this.options.partition}`;
  }
}
