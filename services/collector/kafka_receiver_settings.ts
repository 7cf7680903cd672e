/** The receiver's settings as it takes them, of the collector's configuration. */
import type { TopicNames } from '../core/contracts.ts';
import type { Kafka } from '../platform/kafka/port.ts';
import type { ReceiverSettings } from './kafka_receiver.ts';
import type { ReceiverStart } from './kafka_receiver_start.ts';
import { parseSourceTopics } from './kafka_receiver_topics.ts';

export interface ReceiverConfig {
  readonly kafkaBrokers: string;
  readonly receiverTopics: string;
  readonly receiverGroup: string;
  readonly receiverStart: ReceiverStart;
  readonly receiverBrokers: string;
  readonly receiverTenant: string;
  readonly receiverAccess: 'open' | 'same';
  readonly maxInFlightBytes: number;
}

/** Beside the requests in flight, and less than they: what waits in a topic loses nothing by it. */
const HELD_SHARE = 1 / 4;

/** Null where no topic is to be read. `connect` makes a connection to the brokers of another Kafka, with our login or without one. */
export function receiverSettings(
  config: ReceiverConfig,
  names: TopicNames,
  connect: (brokers: readonly string[], access: 'open' | 'same') => Kafka,
): ReceiverSettings | null {
  const topics = parseSourceTopics(config.receiverTopics);
  if (topics.length === 0) return null;
  const { receiverBrokers: brokers, kafkaBrokers } = config;
  return {
    topics,
    group: config.receiverGroup,
    start: config.receiverStart,
    tenant: config.receiverTenant,
    source:
      brokers === '' || brokers === kafkaBrokers ? null : connect(brokers.split(','), config.receiverAccess),
    maxHeldBytes: config.maxInFlightBytes * HELD_SHARE,
    deadLettersTopic: names.deadLetters,
  };
}
