/** Markers in the place of every secret: whatever goes wrong, none of them may be said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ALL_SETTINGS, pick } from '../../../services/local/tables.ts';
import { SERVICES } from '../../../services/local/services.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { startSecuredKafka, USER, type SecuredKafka } from '../../support/secured_kafka.ts';
import { testClickHouseUrl, testKafka } from '../../support/servers.ts';
import { startService, type ServiceProcess } from '../../support/service_process.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(120_000);

const NAMES = ['collector', 'processor', 'sink', 'query'] as const;
type Name = (typeof NAMES)[number];
/** The sink comes to Kafka only once ClickHouse has let it in. */
const OF_KAFKA = ['collector', 'processor'] as const;
const OF_CLICKHOUSE = ['sink', 'query'] as const;

const SECRETS = Object.values(ALL_SETTINGS)
  .filter(({ isSecret }) => isSecret === true)
  .map(({ env }, index) => ({ env, marker: `marker-${index}-"=, of ${env.toLowerCase()}` }));
const markerOf = (env: string): string => SECRETS.find((one) => one.env === env)?.marker ?? '';

const directory = mkdtempSync(join(tmpdir(), 'spanmill-markers-'));
let kafka: SecuredKafka;
let keyLine = '';
beforeAll(async () => {
  kafka = await startSecuredKafka();
  const [, line = ''] = kafka.certificates.sign(kafka.authority).key.toString().split('\n');
  keyLine = line;
});
afterAll(async () => {
  await kafka.stop();
  rmSync(directory, { recursive: true });
});

/** As environment variables, and as files. */
const asValues = (): Record<string, string> =>
  Object.fromEntries(SECRETS.map(({ env, marker }) => [env, marker]));
const asFiles = (): Record<string, string> =>
  Object.fromEntries(
    SECRETS.map(({ env, marker }) => {
      const file = join(directory, env.toLowerCase());
      writeFileSync(file, `${marker}\n`);
      return [`${env}_FILE`, file];
    }),
  );

/** What of it the service reads; told in full. */
function start(name: Name, env: Record<string, string>): Promise<ServiceProcess> {
  const settings = SERVICES.find((one) => one.name === name)?.settings ?? {};
  const wanted = {
    ...env,
    SPANMILL_LOG_LEVEL: 'trace',
    SPANMILL_LOG_FORMAT: 'json',
    SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: join(directory, 'scratch'),
  };
  return startService(name, pick(settings, wanted));
}

/** In any form in which it could be read again. */
function expectNothingTold(process: ServiceProcess): void {
  const said = process.said();
  expect(said.length).toBeGreaterThan(0);
  for (const { marker } of SECRETS) {
    for (const form of [
      marker,
      JSON.stringify(marker).slice(1, -1),
      encodeURIComponent(marker),
      Buffer.from(marker).toString('base64'),
      marker.slice(0, 'marker-0-'.length),
    ]) {
      expect(said).not.toContain(form);
    }
  }
  expect(said).not.toContain(keyLine);
}

const sasl = (client: string, listener: 'sasl' | 'open'): Record<string, string> => ({
  SPANMILL_KAFKA_CLIENT: client,
  SPANMILL_KAFKA_BROKERS: kafka.addresses[listener],
  SPANMILL_KAFKA_TLS: 'true',
  SPANMILL_KAFKA_TLS_CA_FILE: kafka.authority.certFile,
  SPANMILL_KAFKA_SASL_MECHANISM: 'scram-sha-256',
  SPANMILL_KAFKA_SASL_USERNAME: USER.name,
});

describe('secrets', () => {
  test('are known: this test speaks of some', () => {
    expect(SECRETS.map(({ env }) => env)).toEqual(
      expect.arrayContaining(['SPANMILL_KAFKA_SASL_PASSWORD', 'SPANMILL_CLICKHOUSE_PASSWORD']),
    );
  });

  test.each(NAMES)('are not told by a %s whose settings are refused', async (name) => {
    const process = await start(name, { ...asValues(), ...asFiles() });
    expect(await process.ended).toBe(2);
    expect(process.said()).toContain('are both set');
    expectNothingTold(process);
  });

  test.each(NAMES)('are not told by a %s whose settings do not fit each other', async (name) => {
    const process = await start(name, {
      ...asFiles(),
      SPANMILL_KAFKA_SASL_MECHANISM: 'plain',
      SPANMILL_CLICKHOUSE_TLS_CA_FILE: kafka.authority.certFile,
    });
    expect(await process.ended).toBe(2);
    expectNothingTold(process);
  });

  test.each(NAMES)('are not told by a %s that reaches nobody', async (name) => {
    const process = await start(name, {
      ...asFiles(),
      ...sasl('direct', 'sasl'),
      SPANMILL_KAFKA_BROKERS: '127.0.0.1:1',
      SPANMILL_CLICKHOUSE_URL: 'https://127.0.0.1:1',
    });
    await waitFor(async () => (await process.ask('/readyz'))?.status === 503, 'not being ready');
    await process.ask('/metrics');
    if (name === 'query') await process.ask('/api/v1/services');
    else await waitFor(() => /not reachable|waiting/.test(process.said()), 'what is missing');
    await process.stop();
    expectNothingTold(process);
  });

  test.each(OF_KAFKA.flatMap((name) => KAFKA_CLIENTS.map((client) => [name, client] as const)))(
    'are not told by a %s whose password Kafka refuses, which ends and says what to set (%s)',
    async (name, client) => {
      const process = await start(name, { ...asFiles(), ...sasl(client, 'sasl') });
      expect(await process.ended).toBe(1);
      expect(process.said()).toContain('see SPANMILL_KAFKA_SASL_USERNAME and SPANMILL_KAFKA_SASL_PASSWORD');
      expectNothingTold(process);
    },
  );

  test.each(KAFKA_CLIENTS)('are not told where Kafka is not what was thought (%s)', async (client) => {
    // TLS is spoken to a broker that does not.
    const process = await start('collector', { ...asValues(), ...sasl(client, 'open') });
    await waitFor(() => process.said().includes('no topic'), 'the trouble');
    await process.ask('/readyz');
    await process.stop();
    expectNothingTold(process);
  });

  test.each(OF_CLICKHOUSE)('are not told by a %s whose password ClickHouse refuses', async (name) => {
    const process = await start(name, {
      SPANMILL_CLICKHOUSE_PASSWORD: markerOf('SPANMILL_CLICKHOUSE_PASSWORD'),
      SPANMILL_CLICKHOUSE_URL: testClickHouseUrl(),
      SPANMILL_KAFKA_BROKERS: testKafka().join(','),
    });
    await waitFor(async () => (await process.ask('/readyz'))?.status === 503, 'not being ready');
    if (name === 'query') expect((await process.ask('/api/v1/services'))?.status).toBe(503);
    await waitFor(() => process.said().includes('password is incorrect'), 'the refusal');
    await process.ask('/metrics');
    await process.stop();
    expectNothingTold(process);
  });

  test('are not told of a private key that does not fit its certificate', async () => {
    const [one, other] = [
      kafka.certificates.sign(kafka.authority),
      kafka.certificates.sign(kafka.authority, 'other'),
    ];
    const [, line = ''] = other.key.toString().split('\n');
    const process = await start('collector', {
      SPANMILL_COLLECTOR_TLS_CERT_FILE: one.certFile,
      SPANMILL_COLLECTOR_TLS_KEY_FILE: other.keyFile,
    });
    expect(await process.ended).toBe(1);
    expect(process.said()).toContain('is not the key of');
    expect(process.said()).not.toContain(line);
  });

  test.each(['collector', 'query'] as const)('a %s is not open to others by mistake', async (name) => {
    const prefix = `SPANMILL_${name.toUpperCase()}_`;
    const process = await start(name, { [`${prefix}HOST`]: '0.0.0.0' });
    expect(await process.ended).toBe(2);
    expect(process.said()).toContain(`${prefix}ALLOW_OPEN=true`);
  });
});
