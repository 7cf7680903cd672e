/**
 * Kafka by the client that the configuration names. Only that client is loaded, with the first part that is asked for:
 * each costs memory and time to start.
 */
import type { Log } from '../log.ts';
import type { Config } from '../config.ts';
import type { KAFKA_SETTINGS } from '../settings.ts';
import type { Kafka } from './port.ts';
import { kafkaSecurity, readAccess, type KafkaSecurity } from './security.ts';

export interface ConnectOptions {
  readonly client: 'direct' | 'kafkajs';
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  /** Without it, connections are not encrypted, and brokers are not told who this is. */
  readonly security?: KafkaSecurity;
  readonly clientId: string;
  /**
   * Names this process among the members of its groups: unique among those that live, and the same when it is started
   * again, so that it has its partitions back at once. Without one they wait for the end of a killed process's session.
   */
  readonly memberName?: string | undefined;
  readonly log: Log;
}

/** The part of the options that the settings give. Throws ConfigError where they do not fit each other. */
export function kafkaConnection(
  config: Config<typeof KAFKA_SETTINGS>,
): Pick<ConnectOptions, 'client' | 'brokers' | 'security'> {
  return {
    client: config.kafkaClient,
    brokers: config.kafkaBrokers.split(','),
    security: kafkaSecurity(config),
  };
}

/** Nothing connects before the first part is asked for. */
export function connectKafka(options: ConnectOptions): Kafka {
  let loading: Promise<Kafka> | null = null;
  const kafka = (): Promise<Kafka> => (loading ??= load(options));
  return {
    input: async (input, listener) => (await kafka()).input(input, listener),
    claim: async (claim) => (await kafka()).claim(claim),
    producer: async () => (await kafka()).producer(),
    admin: async () => (await kafka()).admin(),
  };
}

async function load({ client, security, ...options }: ConnectOptions): Promise<Kafka> {
  const access = readAccess(security ?? { tls: null, sasl: null });
  if (access.sasl?.mechanism === 'PLAIN' && access.tls === null) {
    options.log.warn({}, 'the password of Kafka goes over the network as it is: set SPANMILL_KAFKA_TLS=true');
  }
  if (client === 'kafkajs') {
    return (await import('./kafkajs_kafka.ts')).connectKafka({ ...options, access });
  }
  return (await import('./direct/direct_kafka.ts')).connectDirectly({
    ...options,
    access,
    memberName: options.memberName ?? null,
  });
}
