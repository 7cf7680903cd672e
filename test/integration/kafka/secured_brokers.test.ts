import { tracingChannel } from 'node:diagnostics_channel';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { KafkaRefusedError, type Kafka, type Producer } from '../../../services/platform/kafka/port.ts';
import type { KafkaSasl, KafkaSecurity } from '../../../services/platform/kafka/security.ts';
import { describeAppending } from '../../contract/kafka/appending.ts';
import { describeCommitting } from '../../contract/kafka/committing.ts';
import { ContractKit } from '../../contract/kafka/contract_kit.ts';
import { realKafka } from '../../contract/kafka/servers_kit.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import { startSecuredKafka, USER, type SecuredKafka } from '../../support/secured_kafka.ts';
import { uniqueName } from '../../support/servers.ts';

jest.setTimeout(90_000);

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const MARKER = 'marker-of-a-wrong-password';

let kafka: SecuredKafka;
const log: LogLine[] = [];
beforeAll(async () => {
  kafka = await startSecuredKafka();
});
afterAll(() => kafka.stop());

const trusting = (): NonNullable<KafkaSecurity['tls']> => ({
  caFile: kafka.authority.certFile,
  ...{ certFile: '', keyFile: '' },
});
const user = (mechanism: KafkaSasl['mechanism'], password: string = USER.password): KafkaSasl => ({
  ...{ mechanism, username: USER.name, password },
});
const connect = (
  client: (typeof KAFKA_CLIENTS)[number],
  listener: keyof SecuredKafka['addresses'],
  security: KafkaSecurity,
): Kafka =>
  connectKafka({
    ...{ client, brokers: [kafka.addresses[listener]], security },
    ...{ clientId: 'secured', log: recordingLog(log) },
  });

/** Through a whole round of questions, which brokers answer to those that they know. */
async function partitions(connected: Kafka): Promise<number> {
  const admin = await connected.admin();
  try {
    const name = uniqueName('secured');
    await admin.ensureTopics([{ name, partitions: 3, replicationFactor: 1, config: {} }]);
    return await admin.partitionCount(name);
  } finally {
    await admin.stop();
  }
}

async function refusal(connected: Kafka): Promise<string> {
  try {
    await partitions(connected);
  } catch (error) {
    if (!(error instanceof KafkaRefusedError)) throw error;
    return error.message;
  }
  throw new Error('it was let in');
}

describe.each(KAFKA_CLIENTS)('%s, over SASL and TLS', (client) => {
  const kit = new ContractKit();
  beforeAll(async () => {
    const connected = connect(client, 'sasl', { tls: trusting(), sasl: user('SCRAM-SHA-512') });
    await kit.open(realKafka(connected, [kafka.addresses.open]));
  });
  afterEach(() => kit.cleanUp());
  afterAll(() => kit.close());

  describeAppending(kit);
  describeCommitting(kit);
});

describe.each(KAFKA_CLIENTS)('%s', (client) => {
  test.each(MECHANISMS)('is let in by %s', async (mechanism) => {
    expect(await partitions(connect(client, 'sasl', { tls: trusting(), sasl: user(mechanism) }))).toBe(3);
  });

  test.each(MECHANISMS)('is told that the password for %s is wrong, and what to set', async (mechanism) => {
    const message = await refusal(
      connect(client, 'sasl', { tls: trusting(), sasl: user(mechanism, MARKER) }),
    );
    expect(message).toContain('SPANMILL_KAFKA_SASL_PASSWORD');
    expect(
      JSON.stringify(log, (_key, value: unknown) => (value instanceof Error ? value.stack : value)),
    ).not.toContain(MARKER);
  });

  test('shows its certificate where brokers ask for one', async () => {
    const { certFile, keyFile } = kafka.certificates.sign(kafka.authority, 'client');
    const tls = { ...trusting(), certFile, keyFile };
    expect(await partitions(connect(client, 'mutual', { tls, sasl: null }))).toBe(3);
  });

  test('does not trust brokers of another authority, nor under another name', async () => {
    const other = kafka.certificates.authority('another');
    const tls = { ...trusting(), caFile: other.certFile };
    expect(await refusal(connect(client, 'sasl', { tls, sasl: user('PLAIN') }))).toContain(
      'SPANMILL_KAFKA_TLS_CA_FILE',
    );
    expect(await refusal(connect(client, 'stranger', { tls: trusting(), sasl: null }))).toContain(
      'a certificate for another name',
    );
  });
});

describe('direct', () => {
  test('says that brokers want a certificate', async () => {
    expect(await refusal(connect('direct', 'mutual', { tls: trusting(), sasl: null }))).toContain(
      'SPANMILL_KAFKA_TLS_CERT_FILE',
    );
  });

  test('goes on with the brokers that let it in where another one refuses', async () => {
    const { certFile, keyFile } = kafka.certificates.sign(kafka.authority, 'client');
    const connected = connectKafka({
      client: 'direct',
      brokers: [kafka.addresses.stranger, kafka.addresses.mutual],
      security: { tls: { ...trusting(), certFile, keyFile }, sasl: null },
      ...{ clientId: 'secured', log: recordingLog(log) },
    });
    expect(await partitions(connected)).toBe(3);
  });

  test('says that they speak TLS only', async () => {
    expect(await refusal(connect('direct', 'sasl', { tls: null, sasl: null }))).toContain(
      'SPANMILL_KAFKA_TLS=true',
    );
  });

  test('says that they ask nobody who it is', async () => {
    expect(await refusal(connect('direct', 'open', { tls: null, sasl: user('SCRAM-SHA-256') }))).toContain(
      'SPANMILL_KAFKA_SASL_MECHANISM',
    );
  });

  test('says again who it is before its session ends: no append fails, no connection is lost', async () => {
    const connected = connect('direct', 'short', { tls: trusting(), sasl: user('SCRAM-SHA-256') });
    const admin = await connected.admin();
    const producer = await connected.producer();
    const topic = uniqueName('renewed');
    await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await append(producer, topic);
    const { seen, end } = watchConnections();
    let appends = 1;
    try {
      for (; seen.handshakes < 3; appends += 10) {
        await Promise.all(Array.from({ length: 10 }, () => append(producer, topic)));
      }
    } finally {
      end();
    }
    expect(seen.connects).toBe(0);
    const [{ high } = { high: 0 }] = await admin.watermarks(topic);
    expect(high).toBe(appends);
    await Promise.all([producer.stop(), admin.stop()]);
  });
});

const append = (producer: Producer, topic: string) =>
  producer.append({ topic, partition: 0, records: [{ value: Buffer.from('x') }] });

const SASL_HANDSHAKE = 17;

/** What connections of this process do from now on. */
function watchConnections() {
  const seen = { handshakes: 0, connects: 0 };
  const requests = tracingChannel<object, { apiKey?: number }>('plt:kafka:connections:api');
  const connects = tracingChannel('plt:kafka:connections:connects');
  const onRequest = {
    start: ({ apiKey }: { apiKey?: number }) => void (seen.handshakes += apiKey === SASL_HANDSHAKE ? 1 : 0),
  };
  const onConnect = { start: () => void (seen.connects += 1) };
  requests.start.subscribe(onRequest.start as never);
  connects.start.subscribe(onConnect.start);
  const end = (): void => {
    requests.start.unsubscribe(onRequest.start as never);
    connects.start.unsubscribe(onConnect.start);
  };
  return { seen, end };
}
