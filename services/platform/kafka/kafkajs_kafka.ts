/** The Kafka port on kafkajs: its settings, and the parts that are made of it. */
import kafkajs, { type SASLOptions } from 'kafkajs';
import type { Log } from '../log.ts';
import { connectAdmin } from './kafkajs_admin.ts';
import { joinGroup } from './kafkajs_input.ts';
import { KAFKAJS_LOG_LEVEL, kafkaJsLog } from './kafkajs_log.ts';
import { claimPartition } from './kafkajs_ownership.ts';
import { leaveForPredecessor } from './kafkajs_predecessor.ts';
import { createProducer } from './kafkajs_producer.ts';
import { applyWorkarounds } from './kafkajs_workarounds.ts';
import { membersGroup } from './members_group.ts';
import type { Kafka } from './port.ts';
import { OPEN_ACCESS, type KafkaAccess, type KafkaSasl } from './security.ts';
import { registerZstd } from './zstd_codec.ts';

export interface KafkaOptions {
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  readonly access?: KafkaAccess;
  readonly clientId: string;
  /**
   * Names this process among the members of its groups: unique among those that live, and the same when it is started again. Without
   * one the partitions of a process that was killed wait for the end of its session, and all others with them.
   */
  readonly memberName?: string | undefined;
  readonly log: Log;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** Of connecting and asking for metadata; what is built on them has retries of its own. */
const CLUSTER_RETRY = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 6 };

/** Nothing connects before the first part is asked for. */
export function connectKafka(given: KafkaOptions): Kafka {
  const { brokers, access = OPEN_ACCESS, clientId, memberName, log } = given;
  applyWorkarounds();
  registerZstd();
  const options = {
    brokers: [...brokers],
    ...(access.tls !== null && { ssl: { ...access.tls } }),
    ...(access.sasl !== null && { sasl: saslOptions(access.sasl) }),
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: CLUSTER_RETRY,
    logLevel: KAFKAJS_LOG_LEVEL,
    logCreator: kafkaJsLog(log, () => performance.now()),
  };
  const client = new kafkajs.Kafka(options);
  return {
    input: async (input, listener) => {
      if (memberName === undefined) return joinGroup(client, input, listener, log);
      const name = `${clientId}/${memberName}`;
      const member = new kafkajs.Kafka({ ...options, clientId: name });
      await leaveForPredecessor(member, membersGroup(input), name, log);
      return joinGroup(member, input, listener, log);
    },
    claim: (options) => claimPartition(client, options),
    producer: () => Promise.resolve(createProducer(client, log)),
    admin: () => connectAdmin(client),
  };
}

function saslOptions({ mechanism, username, password }: KafkaSasl): SASLOptions {
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
}
