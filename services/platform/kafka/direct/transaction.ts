/**
 * One transaction, from its records to its end: all of it or nothing.
 *
 * With transaction.version 2 (Kafka 4) brokers add partitions and groups to a transaction by themselves: three round
 * trips. Before, both are added by requests of their own. Everything but the end may be repeated: records carry their
 * number, and an offset is the same when it is said twice. The end is asked again only where a broker has answered that
 * it did not happen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { retrying } from '../deadline.ts';
import type { OffsetCommit, PartitionRecords } from '../port.ts';
import { BrokerError, checkCode, ConnectionLostError, isFenced, isTransient } from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import { produce, type PartitionBatch } from './produce_request.ts';
import { encodeBatch, SEQUENCES, stampBatch } from './record_batch.ts';
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  endTxn,
  txnOffsetCommit,
  type ProducerIdentity,
  type Transaction,
} from './requests.ts';

export interface TransactionContext {
  readonly cluster: Cluster;
  readonly lane: string;
  /** Of the input, whose offsets are committed. */
  readonly topic: string;
  readonly partition: number;
  /** Whether brokers add partitions and groups by themselves. */
  readonly isShort: boolean;
  /** Number of the next record, by partition; of this producer epoch. */
  readonly sequences: Map<string, number>;
  readonly now: () => number;
}

/** Steps before the end; less than the transaction's own time limit. */
const STEP_TIMEOUT_MS = 15_000;
/** Right after another transaction the coordinator is often not done with that one. */
const PAUSE_MS = 10;

const patiently = { timeoutMs: STEP_TIMEOUT_MS, pauseMs: PAUSE_MS, retriable: isTransient };

/** Encodes and writes the records. Throws BrokerError, ConnectionLostError. */
export async function writeRecords(
  context: TransactionContext,
  transaction: Transaction,
  outputs: readonly PartitionRecords[],
): Promise<void> {
  const batches: PartitionBatch[] = [];
  for (const output of outputs) batches.push(await encodeOutput(context, transaction, output));
  if (!context.isShort && batches.length > 0) {
    const topics = [...Map.groupBy(batches, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
    }));
    await askTransactionCoordinator(context, transaction, addPartitionsToTxn(transaction, topics));
  }
  // A request takes one batch a partition: second ones go after the first.
  for (let rest = batches; rest.length > 0;) {
    const round = [...new Map(rest.toReversed().map((batch) => [partitionName(batch), batch])).values()];
    await writeRound(context, transaction, round);
    rest = rest.filter((batch) => !round.includes(batch));
  }
}

export async function writeOffsets(
  context: TransactionContext,
  transaction: Transaction,
  offsets: readonly OffsetCommit[],
): Promise<void> {
  const { cluster, lane, topic, partition, isShort } = context;
  for (const { group, offset, metadata } of offsets) {
    if (!isShort) await askTransactionCoordinator(context, transaction, addOffsetsToTxn(transaction, group));
    const position = { group, topic, partition, offset, metadata };
    const request = txnOffsetCommit(transaction, position, isShort ? 5 : 4);
    await retrying(patiently, () => cluster.askCoordinator('group', group, lane, request));
  }
}

/** The identity of the next transaction. Where this throws ConnectionLostError, the transaction may have ended or not. */
export async function endTransaction(
  { cluster, lane, isShort, sequences }: TransactionContext,
  transaction: Transaction,
  isCommit: boolean,
): Promise<ProducerIdentity> {
  const { transactionalId } = transaction;
  const request = endTxn(transaction, isCommit, isShort ? 5 : 4);
  let wasAsked = false;
  const next = await retrying(
    { ...patiently, retriable: (error) => error instanceof BrokerError && isTransient(error) },
    async () => {
      try {
        return await cluster.askCoordinator('transaction', transactionalId, lane, request);
      } catch (error) {
        // A coordinator that could not answer for its log may have written the end there, before another owner came.
        if (wasAsked && isFenced(error)) throw unknownEnd(transactionalId, error);
        wasAsked = true;
        throw error;
      }
    },
  );
  if (next === null) return transaction;
  sequences.clear();
  return next;
}

function unknownEnd(transactionalId: string, cause: unknown): Error {
  return new ConnectionLostError(`${transactionalId} has another owner, and may have ended before`, {
    cause,
  });
}

async function encodeOutput(
  { sequences, now }: TransactionContext,
  { producerId, epoch }: Transaction,
  output: PartitionRecords,
): Promise<PartitionBatch> {
  const { topic, partition } = output;
  const batch = await encodeBatch(output, now());
  const name = partitionName(output);
  const sequence = sequences.get(name) ?? 0;
  stampBatch(batch, { producerId, epoch, sequence, isTransactional: true });
  sequences.set(name, (sequence + batch.count) % SEQUENCES);
  return { topic, partition, bytes: batch.bytes };
}

/** Until every batch is stored; only those that are not are sent again. */
async function writeRound(
  context: TransactionContext,
  transaction: Transaction,
  batches: readonly PartitionBatch[],
): Promise<void> {
  const giveUpAt = performance.now() + STEP_TIMEOUT_MS;
  for (let rest = batches; ;) {
    const failures = await writeOnce(context, transaction, rest);
    const [fatal] = [...failures.values()].filter((error) => !isTransient(error));
    if (fatal !== undefined) throw fatal;
    const [last] = failures.values();
    if (last === undefined) return;
    if (performance.now() >= giveUpAt) throw last;
    rest = rest.filter((batch) => failures.has(batch));
    await delay(PAUSE_MS);
  }
}

/** What was not stored, and why. */
async function writeOnce(
  { cluster, lane, isShort }: TransactionContext,
  { transactionalId }: Transaction,
  batches: readonly PartitionBatch[],
): Promise<Map<PartitionBatch, Error>> {
  const failures = new Map<PartitionBatch, Error>();
  const byLeader = new Map<number, PartitionBatch[]>();
  for (const batch of batches) {
    try {
      const leader = await cluster.leaderOf(batch.topic, batch.partition);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    } catch (error) {
      failures.set(batch, error as Error);
    }
  }
  await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      const [{ topic } = { topic: '' }] = led;
      try {
        const request = produce(transactionalId, led, isShort ? 12 : 11);
        const answers = await cluster.askNode(leader, topic, lane, request);
        for (const batch of led) {
          const answer = answers.find((one) => partitionName(one) === partitionName(batch));
          if (answer === undefined) throw new ConnectionLostError(`no answer for ${partitionName(batch)}`);
          try {
            checkCode(answer.code, answer.message);
          } catch (error) {
            cluster.noteLeaderError(batch.topic, error);
            failures.set(batch, error as Error);
          }
        }
      } catch (error) {
        for (const batch of led) {
          cluster.noteLeaderError(batch.topic, error);
          if (!failures.has(batch)) failures.set(batch, error as Error);
        }
      }
    }),
  );
  return failures;
}

function askTransactionCoordinator<T>(
  { cluster, lane }: TransactionContext,
  { transactionalId }: Transaction,
  request: Parameters<typeof cluster.askCoordinator<T>>[3],
): Promise<T> {
  return retrying(patiently, () => cluster.askCoordinator('transaction', transactionalId, lane, request));
}

function partitionName({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
