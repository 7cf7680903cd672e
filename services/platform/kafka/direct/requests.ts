/**
 * The requests of this adapter, each with the version that it speaks. Encoding and decoding are the library's, but for
 * versions that it does not know: those of Kafka 4's shorter transactions have the same layout as the ones before.
 */
import {
  addOffsetsToTxnV4,
  addPartitionsToTxnV3,
  apiVersionsV4,
  consumerGroupDescribeV0,
  consumerGroupHeartbeatV1,
  createTopicsV7,
  describeConfigsV4,
  endTxnV4,
  findCoordinatorV4,
  initProducerIdV5,
  listOffsetsV8,
  metadataV12,
  offsetFetchV9,
  txnOffsetCommitV4,
  type Reader,
  type Writer,
} from '@platformatic/kafka';
import type { Request } from './broker_connection.ts';
import { checkCode } from './broker_error.ts';

/** A kind of request, as the library exports it. */
interface Kind<A extends unknown[], T> {
  readonly api: { readonly key: number; readonly version: number };
  readonly createRequest: (...args: A) => Writer;
  readonly parseResponse: (correlationId: number, apiKey: number, version: number, reader: Reader) => T;
}

function request<A extends unknown[], T>(kind: Kind<A, T>, ...args: A): Request<T> {
  return {
    apiKey: kind.api.key,
    version: kind.api.version,
    createBody: () => kind.createRequest(...args),
    parse: kind.parseResponse,
  };
}

export const EARLIEST = -2n;
export const LATEST = -1n;
export const CONSUMER_GROUP_HEARTBEAT_KEY = consumerGroupHeartbeatV1.api.key;
const TOPIC_RESOURCE = 2;
const NO_LEADER_EPOCH = -1;

export type CoordinatorType = 'group' | 'transaction';
const COORDINATOR_TYPES = { group: 0, transaction: 1 } as const;

export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

export interface Transaction extends ProducerIdentity {
  readonly transactionalId: string;
}

export const apiVersions = () => ({
  ...request(apiVersionsV4, 'spanmill', '1'),
  hasHeaderTags: false,
});

export const metadata = (topics: readonly string[]) => request(metadataV12, [...topics], false);

export const findCoordinator = (type: CoordinatorType, key: string) =>
  request(findCoordinatorV4, COORDINATOR_TYPES[type], [key]);

/** Without a transactional id: an identity for idempotent appends. */
export const initProducerId = (transactionalId: string | null, timeoutMs: number) =>
  request(initProducerIdV5, transactionalId, timeoutMs);

export const offsetFetch = (group: string, topic: string, partition: number, requireStable: boolean) =>
  request(
    offsetFetchV9,
    [
      {
        groupId: group,
        memberId: null,
        memberEpoch: -1,
        topics: [{ name: topic, partitionIndexes: [partition] }],
      },
    ],
    requireStable,
  );

export const listOffsets = (topic: string, partitions: readonly number[], timestamp: bigint) =>
  request(listOffsetsV8, -1, 0, [
    {
      name: topic,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        currentLeaderEpoch: NO_LEADER_EPOCH,
        timestamp,
      })),
    },
  ]);

export const addPartitionsToTxn = (
  { transactionalId, producerId, epoch }: Transaction,
  topics: { name: string; partitions: number[] }[],
) =>
  request(addPartitionsToTxnV3, [
    { transactionalId, producerId, producerEpoch: epoch, verifyOnly: false, topics },
  ]);

export const addOffsetsToTxn = ({ transactionalId, producerId, epoch }: Transaction, group: string) =>
  request(addOffsetsToTxnV4, transactionalId, producerId, epoch, group);

export interface TransactionOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** Version 5 says that the group need not be added to the transaction before. */
export function txnOffsetCommit(
  { transactionalId, producerId, epoch }: Transaction,
  position: TransactionOffset,
  version: 4 | 5,
): Request<unknown> {
  const { group, topic, partition, offset, metadata } = position;
  const topics = [
    {
      name: topic,
      partitions: [
        {
          partitionIndex: partition,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: NO_LEADER_EPOCH,
          committedMetadata: metadata,
        },
      ],
    },
  ];
  return {
    ...request(txnOffsetCommitV4, transactionalId, group, producerId, epoch, -1, '', null, topics),
    version,
  };
}

/** With version 5 the answer has the epoch of the next transaction; before, it stays the same (null). */
export function endTxn(
  { transactionalId, producerId, epoch }: Transaction,
  committed: boolean,
  version: 4 | 5,
): Request<ProducerIdentity | null> {
  return {
    ...request(endTxnV4, transactionalId, producerId, epoch, committed),
    version,
    parse: (_correlationId, _apiKey, _version, reader) => {
      reader.readInt32(); // throttle time
      checkCode(reader.readInt16());
      return version === 5 ? { producerId: reader.readInt64(), epoch: reader.readInt16() } : null;
    },
  };
}

export interface Heartbeat {
  readonly group: string;
  readonly memberId: string;
  /** Of a static member. */
  readonly instanceId: string | null;
  /** 0 to join, -1 to leave, -2 to leave for a moment (static members only). */
  readonly epoch: number;
  /** What this member holds; null where that has not changed. */
  readonly owned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[] | null;
  /** Said when joining. */
  readonly topic: string | null;
  /** -1 where it was said before. */
  readonly rebalanceTimeoutMs: number;
}

export const consumerGroupHeartbeat = (beat: Heartbeat) =>
  request(
    consumerGroupHeartbeatV1,
    beat.group,
    beat.memberId,
    beat.epoch,
    beat.instanceId,
    null,
    beat.rebalanceTimeoutMs,
    beat.topic === null ? null : [beat.topic],
    null,
    null,
    beat.owned === null
      ? null
      : beat.owned.map(({ topicId, partitions }) => ({ topicId, partitions: [...partitions] })),
  );

export const describeConsumerGroup = (group: string) => request(consumerGroupDescribeV0, [group], false);

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export const createTopic = (topic: NewTopic, timeoutMs: number) =>
  request(
    createTopicsV7,
    [
      {
        name: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: topic.replicationFactor,
        assignments: [],
        configs: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs,
    false,
  );

export const describeTopicConfig = (topic: string, names: readonly string[]) =>
  request(describeConfigsV4, [
    { resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: [...names] },
  ]);
