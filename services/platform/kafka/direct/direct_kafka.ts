/**
 * The Kafka port on the protocol itself: the connections, readers and writers of @platformatic/kafka, and everything
 * above them ours. For Kafka 4: members use its consumer protocol (KIP-848), owners its shorter transactions.
 */
import { systemClock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Kafka } from '../port.ts';
import { OPEN_ACCESS, type KafkaAccess } from '../security.ts';
import { connectAdmin } from './admin.ts';
import { BrokerAccess } from './broker_access.ts';
import { Cluster } from './cluster.ts';
import { joinGroup } from './input.ts';
import { claimPartition } from './ownership.ts';
import { createProducer } from './producer.ts';
import { SharedCluster } from './shared_cluster.ts';

export interface DirectKafkaOptions {
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  readonly access?: KafkaAccess;
  readonly clientId: string;
  /** See `Membership`. */
  readonly memberName: string | null;
  readonly log: Log;
}

/** Nothing connects before the first part is asked for. */
export function connectDirectly(options: DirectKafkaOptions): Kafka {
  const { brokers, clientId, memberName, log } = options;
  const access = new BrokerAccess(options.access ?? OPEN_ACCESS);
  const cluster = () => new Cluster({ brokers, access, clientId, log });
  const now = () => systemClock.now();
  const owners = new SharedCluster(cluster);
  return {
    input: (options, listener) => joinGroup(cluster(), { ...options, memberName }, listener, log),
    claim: (options) => claimPartition(owners, options, now),
    producer: () => Promise.resolve(createProducer(cluster(), now)),
    admin: () => connectAdmin(cluster()),
  };
}
