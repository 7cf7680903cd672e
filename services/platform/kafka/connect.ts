/**
 * Kafka by the client that the configuration names. Only that client is loaded, with the first part that is asked for:
 * each costs memory and time to start.
 */
import type { Log } from '../log.ts';
import type { Kafka } from './port.ts';

export interface ConnectOptions {
  readonly client: 'direct' | 'kafkajs';
  /** Bootstrap addresses, host:port. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /**
   * Names this process among the members of its groups: unique among those that live, and the same when it is started
   * again, so that it has its partitions back at once. Without one they wait for the end of a killed process's session.
   */
  readonly memberName?: string | undefined;
  readonly log: Log;
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

async function load({ client, ...options }: ConnectOptions): Promise<Kafka> {
  if (client === 'kafkajs') return (await import('./kafkajs_kafka.ts')).connectKafka(options);
  return (await import('./direct/direct_kafka.ts')).connectDirectly({
    ...options,
    memberName: options.memberName ?? null,
  });
}
