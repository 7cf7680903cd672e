/** How brokers are reached: over TLS or not, and as whom. From the settings, and from the files that they name. */
import { ConfigError, type Config } from '../config.ts';
import type { KAFKA_SETTINGS } from '../settings.ts';
import { readClientTls, type ClientTls, type ClientTlsFiles } from '../tls/client_tls.ts';

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** As configured: no file has been read yet. */
export interface KafkaSecurity {
  readonly tls: ClientTlsFiles | null;
  readonly sasl: KafkaSasl | null;
}

/** What a client connects with. */
export interface KafkaAccess {
  readonly tls: ClientTls | null;
  readonly sasl: KafkaSasl | null;
}

export const OPEN_ACCESS: KafkaAccess = { tls: null, sasl: null };

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

type SecurityConfig = Pick<
  Config<typeof KAFKA_SETTINGS>,
  | 'kafkaTls'
  | 'kafkaTlsCaFile'
  | 'kafkaTlsCertFile'
  | 'kafkaTlsKeyFile'
  | 'kafkaSaslMechanism'
  | 'kafkaSaslUsername'
  | 'kafkaSaslPassword'
>;

/** Throws ConfigError where settings do not fit each other. */
export function kafkaSecurity(config: SecurityConfig): KafkaSecurity {
  const { kafkaTls, kafkaTlsCaFile: caFile, kafkaTlsCertFile: certFile, kafkaTlsKeyFile: keyFile } = config;
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  const faults: string[] = [];
  if ((certFile === '') !== (keyFile === '')) {
    faults.push('SPANMILL_KAFKA_TLS_CERT_FILE and SPANMILL_KAFKA_TLS_KEY_FILE must be set together');
  }
  if (!kafkaTls && (caFile !== '' || certFile !== '')) {
    faults.push('files for TLS with Kafka are of use with SPANMILL_KAFKA_TLS=true only');
  }
  if (mechanism === 'none' && (username !== '' || password !== '')) {
    faults.push('a user of Kafka is of use with SPANMILL_KAFKA_SASL_MECHANISM only');
  }
  if (mechanism !== 'none' && (username === '' || password === '')) {
    faults.push(
      `SPANMILL_KAFKA_SASL_MECHANISM=${mechanism} needs SPANMILL_KAFKA_SASL_USERNAME and ` +
        'SPANMILL_KAFKA_SASL_PASSWORD or SPANMILL_KAFKA_SASL_PASSWORD_FILE',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    tls: kafkaTls ? { caFile, certFile, keyFile } : null,
    sasl: mechanism === 'none' ? null : { mechanism: MECHANISMS[mechanism], username, password },
  };
}

/** Throws Error where a file cannot be used. */
export function readAccess({ tls, sasl }: KafkaSecurity): KafkaAccess {
  return { tls: tls === null ? null : readClientTls(tls), sasl };
}
