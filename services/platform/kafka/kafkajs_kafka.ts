/** The Kafka port on kafkajs: its settings, and the parts that are made of it. */
import kafkajs from 'kafkajs';
import type { Log } from '../log.ts';
import { connectAdmin } from './kafkajs_admin.ts';
import { joinGroup } from './kafkajs_input.ts';
import { KAFKAJS_LOG_LEVEL, kafkaJsLog } from './kafkajs_log.ts';
import { claimPartition } from './kafkajs_ownership.ts';
import { createProducer } from './kafkajs_producer.ts';
import { applyWorkarounds } from './kafkajs_workarounds.ts';
import type { Kafka } from './port.ts';
import { registerZstd } from './zstd_codec.ts';

export interface KafkaOptions {
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log: Log;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** Of connecting and asking for metadata; what is built on them has retries of its own. */
const CLUSTER_RETRY = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 6 };

/** Nothing connects before the first part is asked for. */
export function connectKafka({ brokers, clientId, log }: KafkaOptions): Kafka {
  applyWorkarounds();
  registerZstd();
  const client = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: CLUSTER_RETRY,
    logLevel: KAFKAJS_LOG_LEVEL,
    logCreator: kafkaJsLog(log, () => performance.now()),
  });
  return {
    input: (options, listener) => joinGroup(client, options, listener, log),
    claim: (options) => claimPartition(client, options),
    producer: () => Promise.resolve(createProducer(client, log)),
    admin: () => connectAdmin(client),
  };
}
