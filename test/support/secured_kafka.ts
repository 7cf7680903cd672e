/** A Kafka of a test's own whose listeners ask for TLS, certificates and passwords. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKafkaJars } from '../../services/local/kafka_jars.ts';
import { startKafka, type BrokerSettings, type KafkaListener } from '../../services/local/kafka_server.ts';
import { Certificates, type Certificate } from './certificates.ts';
import { freePorts } from './free_ports.ts';
import { testHome } from './servers.ts';

export const USER = { name: 'spanmill', password: 'right=and long enough' } as const;
/** Of the sessions on the listener `short`. */
export const SESSION_MS = 3_000;

export interface SecuredKafka {
  readonly certificates: Certificates;
  readonly authority: Certificate;
  /** By listener: `open`, `sasl` (SASL over TLS), `mutual` (certificates of clients), `stranger` (a wrong name), `short`. */
  readonly addresses: Readonly<Record<ListenerName, string>>;
  stop(): Promise<void>;
}

const LISTENERS = {
  sasl: 'SASL_SSL',
  mutual: 'SSL',
  stranger: 'SSL',
  short: 'SASL_SSL',
} as const satisfies Record<string, KafkaListener['protocol']>;
type ListenerName = keyof typeof LISTENERS | 'open';

export async function startSecuredKafka(): Promise<SecuredKafka> {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-secured-'));
  const certificates = new Certificates();
  const authority = certificates.authority();
  const jarsDir = join(testHome(), 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const names = Object.keys(LISTENERS) as (keyof typeof LISTENERS)[];
  const [port = 0, controllerPort = 0, ...ports] = await freePorts(2 + names.length);
  const listeners = names.map((name, index) => ({
    ...{ name: name.toUpperCase(), protocol: LISTENERS[name] },
    port: ports[index] ?? 0,
  }));
  const server = await startKafka({
    ...{ jarsDir, dataDir: join(directory, 'kafka'), port, controllerPort, listeners },
    settings: settings(directory, certificates, authority),
    scramUsers: [USER],
    ...{ logFile: join(directory, 'kafka.log'), detached: false, maxHeapMb: 256 },
  });
  const addressOf = (name: string) =>
    `127.0.0.1:${listeners.find((one) => one.name === name.toUpperCase())?.port ?? port}`;
  return {
    ...{ certificates, authority },
    addresses: {
      open: addressOf('open'),
      sasl: addressOf('sasl'),
      mutual: addressOf('mutual'),
      stranger: addressOf('stranger'),
      short: addressOf('short'),
    },
    stop: async () => {
      await server.stop();
      certificates.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function settings(directory: string, certificates: Certificates, authority: Certificate): BrokerSettings {
  const store = (name: string, { key, cert }: Certificate): string => {
    const file = join(directory, `${name}.pem`);
    writeFileSync(file, Buffer.concat([key, cert]));
    return file;
  };
  const own = certificates.sign(authority);
  const other = certificates.sign(authority, 'other', { names: 'DNS:kafka.example' });
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.name}="${USER.password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store('own', own),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority.certFile,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.stranger.ssl.keystore.type': 'PEM',
    'listener.name.stranger.ssl.keystore.location': store('other', other),
    ...Object.fromEntries(
      ['sasl', 'short'].flatMap((name) => [
        [`listener.name.${name}.plain.sasl.jaas.config`, plain],
        [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, scram],
        [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, scram],
      ]),
    ),
    'listener.name.short.connections.max.reauth.ms': SESSION_MS,
  };
}
