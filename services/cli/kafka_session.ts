/** Kafka for a command: the running stack's or the environment's. Every way it can fail is a CliError that says what to do. */
import { runningStack } from '../local/control.ts';
import { pick } from '../local/tables.ts';
import { topicNames, type TopicNames } from '../core/contracts.ts';
import { readConfig } from '../platform/config.ts';
import { connectKafka, kafkaConnection } from '../platform/kafka/connect.ts';
import {
  FencedError,
  KafkaRefusedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
  type Admin,
  type Kafka,
} from '../platform/kafka/port.ts';
import { createLog } from '../platform/log.ts';
import { KAFKA_SETTINGS } from '../platform/settings.ts';
import { CliError, type CliContext } from './context.ts';

export interface KafkaSession {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topics: TopicNames;
}

/** Throws CliError, and what `use` throws that is not Kafka's. */
export async function withKafka<T>(
  context: Pick<CliContext, 'env' | 'root'>,
  use: (session: KafkaSession) => Promise<T>,
): Promise<T> {
  const env = { ...runningStack(context.env, context.root), ...context.env };
  const config = readConfig(KAFKA_SETTINGS, pick(KAFKA_SETTINGS, env));
  const { kafkaBrokers, kafkaTopicPrefix } = config;
  // What fails is said once, at the end; the client's own attempts are no news.
  const log = createLog({ service: 'cli', level: 'fatal', format: 'json' });
  const kafka = connectKafka({
    ...kafkaConnection(config),
    clientId: 'spanmill-cli',
    log,
  });
  try {
    const admin = await kafka.admin();
    try {
      return await use({ kafka, admin, topics: topicNames(kafkaTopicPrefix) });
    } finally {
      await admin.stop();
    }
  } catch (error) {
    throw explained(error, kafkaBrokers);
  }
}

function explained(error: unknown, brokers: string): unknown {
  if (error instanceof KafkaRefusedError) return new CliError([error.message], { cause: error });
  if (error instanceof KafkaUnavailableError) {
    return new CliError(
      [
        `Kafka at ${brokers} does not answer: ${error.message}`,
        'start it with `make up`, or say where it is: SPANMILL_KAFKA_BROKERS=host:port',
      ],
      { cause: error },
    );
  }
  if (error instanceof FencedError) {
    return new CliError(['another replay began and shut this one out; what this one sent is marked'], {
      cause: error,
    });
  }
  if (error instanceof UnknownOutcomeError) {
    return new CliError(
      ['Kafka did not say whether the last part was sent: run the same again, nothing goes twice'],
      {
        cause: error,
      },
    );
  }
  if (error instanceof RecordTooLargeError) {
    return new CliError(
      [`${error.message}: the topic takes no record as large; what was sent before is marked`],
      {
        cause: error,
      },
    );
  }
  return error;
}
