/**
 * Ownership of an input partition: a transactional id, and transactions that hold outputs and offsets together.
 *
 * The order of a claim is what makes it safe: InitProducerId first (it ends what an older owner left open and shuts
 * that owner out), the committed offset after it, stable ones only.
 */
import { retrying, within } from '../deadline.ts';
import {
  FencedError,
  type ClaimOptions,
  type CommittedOffset,
  type OffsetCommit,
  type Ownership,
  type PartitionRecords,
} from '../port.ts';
import { committedOffset } from './admin.ts';
import { commitError, isFenced, isTooLarge, isTransient, requestError } from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import { initProducerId, type ProducerIdentity } from './requests.ts';
import type { SharedCluster } from './shared_cluster.ts';
import { endTransaction, writeOffsets, writeRecords, type TransactionContext } from './transaction.ts';

/**
 * When the broker aborts a transaction by itself. Longer than the slowest commit, and short, since an owner's open
 * transaction hides what follows it from readers after the owner died.
 */
const TRANSACTION_TIMEOUT_MS = 20_000;
const COMMIT_TIMEOUT_MS = 30_000;
const CLAIM_TIMEOUT_MS = 30_000;
const CLAIM_PAUSE_MS = 20;
/** The brokers' default for `offset.metadata.max.bytes`. */
const MAX_METADATA_BYTES = 4096;
/** Connections to each broker: it answers the requests of one connection one after the other. */
const LANES = 4;
/** The transaction.version from which brokers add partitions and groups by themselves. */
const SHORT_TRANSACTIONS = 2;

/** Throws FencedError when somebody else claims at this very moment, KafkaUnavailableError. */
export async function claimPartition(
  shared: SharedCluster,
  options: ClaimOptions,
  now: () => number,
): Promise<Ownership> {
  const cluster = shared.acquire();
  const lane = `transaction ${options.partition % LANES}`;
  try {
    return await retrying(
      { timeoutMs: CLAIM_TIMEOUT_MS, pauseMs: CLAIM_PAUSE_MS, retriable: isTransient },
      async () => {
        const { transactionVersion } = await cluster.whatBrokersDo();
        const identity = await begin(cluster, lane, options.transactionalId);
        const committed = await committedOffset(cluster, options, true);
        const { topic, partition } = options;
        const isShort = transactionVersion >= SHORT_TRANSACTIONS;
        const context = { cluster, lane, topic, partition, isShort, sequences: new Map(), now };
        return new TransactionalOwnership(context, options.transactionalId, identity, committed, () =>
          shared.release(),
        );
      },
    );
  } catch (error) {
    await shared.release();
    const what = `claim of ${options.topic}/${options.partition}`;
    if (isFenced(error)) throw new FencedError(`${what}: another owner came first`, { cause: error });
    throw requestError(error, what);
  }
}

async function begin(cluster: Cluster, lane: string, transactionalId: string): Promise<ProducerIdentity> {
  const request = initProducerId(transactionalId, TRANSACTION_TIMEOUT_MS);
  const { producerId, producerEpoch } = await cluster.askCoordinator(
    'transaction',
    transactionalId,
    lane,
    request,
  );
  return { producerId, epoch: producerEpoch };
}

class TransactionalOwnership implements Ownership {
  readonly committed: CommittedOffset | null;
  private readonly context: TransactionContext;
  private readonly transactionalId: string;
  private readonly letGo: () => Promise<void>;
  private identity: ProducerIdentity;
  private state: 'free' | 'committing' | 'spent' = 'free';
  private isReleased = false;

  constructor(
    context: TransactionContext,
    transactionalId: string,
    identity: ProducerIdentity,
    committed: CommittedOffset | null,
    letGo: () => Promise<void>,
  ) {
    this.context = context;
    this.transactionalId = transactionalId;
    this.identity = identity;
    this.committed = committed;
    this.letGo = letGo;
  }

  async commit(outputs: readonly PartitionRecords[], offsets: readonly OffsetCommit[]): Promise<void> {
    if (this.state !== 'free') throw new Error(`commit of ${this.name()} while ownership is ${this.state}`);
    for (const { metadata } of offsets) {
      if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
        throw new RangeError('offset metadata is too long');
    }
    const withRecords = outputs.filter(({ records }) => records.length > 0);
    if (withRecords.length === 0 && offsets.length === 0) return;
    this.state = 'committing';
    try {
      await within(COMMIT_TIMEOUT_MS, this.transact(withRecords, offsets));
      if (this.isCommitting()) this.state = 'free';
    } catch (error) {
      this.state = 'spent';
      throw commitError(error, this.name());
    }
  }

  async release(): Promise<void> {
    this.state = 'spent';
    if (this.isReleased) return;
    this.isReleased = true;
    await this.letGo();
  }

  private async transact(
    outputs: readonly PartitionRecords[],
    offsets: readonly OffsetCommit[],
  ): Promise<void> {
    const transaction = { ...this.identity, transactionalId: this.transactionalId };
    try {
      await writeRecords(this.context, transaction, outputs);
    } catch (error) {
      // Readers need not wait for the transaction's time limit; where this fails, they do.
      if (isTooLarge(error)) await endTransaction(this.context, transaction, false).catch(() => undefined);
      throw error;
    }
    await writeOffsets(this.context, transaction, offsets);
    if (!this.isCommitting()) throw new Error('given up meanwhile');
    this.identity = await endTransaction(this.context, transaction, true);
  }

  /** As a call, since it changes while something is awaited. */
  private isCommitting(): boolean {
    return this.state === 'committing';
  }

  private name(): string {
    return `${this.context.topic}/${this.context.partition}`;
  }
}
