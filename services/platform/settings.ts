/** Settings that several services share: a name and its default stand once. */
import { DEFAULT_TOPIC_PREFIX } from '../core/contracts.ts';
import { choice, flag, integer, secret, text } from './config.ts';

export const LOG_SETTINGS = {
  logLevel: choice({
    env: 'SPANMILL_LOG_LEVEL',
    default: 'info',
    options: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    meaning: 'Least severe log line that is written.',
  }),
  logFormat: choice({
    env: 'SPANMILL_LOG_FORMAT',
    default: 'auto',
    options: ['auto', 'json', 'pretty'],
    meaning: 'JSON lines, or text for people; auto is text in a terminal.',
  }),
};

/** Of services in which somebody can do what should be remembered. */
export const AUDIT_SETTINGS = {
  auditFile: text({
    env: 'SPANMILL_AUDIT_FILE',
    default: '',
    meaning:
      'Where administrative acts are written, a line of JSON each; empty: into the log, marked with `audit`.',
  }),
};

/** Who may use a service. */
export const credentialsFile = (env: string, open: string) =>
  text({
    env,
    default: '',
    meaning: `Credentials and tenants (YAML; \`spanmill credentials\`), read again when it changes. Empty: ${open}.`,
  });

export const KAFKA_SETTINGS = {
  kafkaClient: choice({
    env: 'SPANMILL_KAFKA_CLIENT',
    default: 'direct',
    options: ['direct', 'kafkajs'],
    meaning:
      'direct speaks the protocol of Kafka 4 itself, with rebalances that stop nobody else; kafkajs is for older brokers (2.5 and later).',
  }),
  kafkaBrokers: text({
    env: 'SPANMILL_KAFKA_BROKERS',
    default: '127.0.0.1:9092',
    meaning: 'Kafka bootstrap addresses, comma-separated host:port.',
  }),
  kafkaTopicPrefix: text({
    env: 'SPANMILL_KAFKA_TOPIC_PREFIX',
    default: DEFAULT_TOPIC_PREFIX,
    meaning: 'Topics are named PREFIX.spans, PREFIX.traces, PREFIX.metrics and PREFIX.dead-letters.',
  }),
  kafkaTls: flag({
    env: 'SPANMILL_KAFKA_TLS',
    default: false,
    meaning: 'Whether the brokers speak TLS; they must then have a certificate for their name.',
  }),
  kafkaTlsCaFile: text({
    env: 'SPANMILL_KAFKA_TLS_CA_FILE',
    default: '',
    meaning: "Authorities of the brokers' certificates, PEM; those that Node.js knows where it is empty.",
  }),
  kafkaTlsCertFile: text({
    env: 'SPANMILL_KAFKA_TLS_CERT_FILE',
    default: '',
    meaning: 'Certificate that is shown to brokers, PEM, where they ask for one.',
  }),
  kafkaTlsKeyFile: text({
    env: 'SPANMILL_KAFKA_TLS_KEY_FILE',
    default: '',
    meaning: 'Its private key, PEM, without a passphrase.',
  }),
  kafkaSaslMechanism: choice({
    env: 'SPANMILL_KAFKA_SASL_MECHANISM',
    default: 'none',
    options: ['none', 'plain', 'scram-sha-256', 'scram-sha-512'],
    meaning:
      'How the brokers are told who this is; plain sends them the password as it is, so use it over TLS.',
  }),
  kafkaSaslUsername: text({
    env: 'SPANMILL_KAFKA_SASL_USERNAME',
    default: '',
    meaning: 'User at the brokers.',
  }),
  kafkaSaslPassword: secret({
    env: 'SPANMILL_KAFKA_SASL_PASSWORD',
    meaning: 'Password of that user.',
  }),
};

export const CLICKHOUSE_SETTINGS = {
  clickhouseUrl: text({
    env: 'SPANMILL_CLICKHOUSE_URL',
    default: 'http://127.0.0.1:8123',
    meaning: 'ClickHouse HTTP address, http:// or https://.',
  }),
  clickhouseDatabase: text({
    env: 'SPANMILL_CLICKHOUSE_DATABASE',
    default: 'spanmill',
    meaning: 'Database of all tables.',
  }),
  clickhouseUser: text({ env: 'SPANMILL_CLICKHOUSE_USER', default: 'default', meaning: 'ClickHouse user.' }),
  clickhousePassword: secret({
    env: 'SPANMILL_CLICKHOUSE_PASSWORD',
    meaning: 'Password of that user.',
  }),
  clickhouseTlsCaFile: text({
    env: 'SPANMILL_CLICKHOUSE_TLS_CA_FILE',
    default: '',
    meaning:
      "Authorities of ClickHouse's certificate, PEM, where its address is https; those that Node.js knows where it is empty.",
  }),
  clickhouseTlsCertFile: text({
    env: 'SPANMILL_CLICKHOUSE_TLS_CERT_FILE',
    default: '',
    meaning: 'Certificate that is shown to ClickHouse, PEM; without a password the user is known by it.',
  }),
  clickhouseTlsKeyFile: text({
    env: 'SPANMILL_CLICKHOUSE_TLS_KEY_FILE',
    default: '',
    meaning: 'Its private key, PEM, without a passphrase.',
  }),
  clickhouseTimeoutMs: integer({
    env: 'SPANMILL_CLICKHOUSE_TIMEOUT_MS',
    default: 30_000,
    unit: 'ms',
    min: 100,
    max: 600_000,
    meaning: 'Longest wait for one answer of ClickHouse.',
  }),
};

/** Where a service listens for other machines to reach it. */
export const listenHost = (env: string) =>
  text({ env, default: '127.0.0.1', meaning: 'Address to listen on; 0.0.0.0 opens it to other machines.' });

/** The prefixes of every service's own settings, and of the local stack and its shop: one environment may hold all. */
export const SERVICE_PREFIXES = [
  'SPANMILL_COLLECTOR_',
  'SPANMILL_PROCESSOR_',
  'SPANMILL_SINK_',
  'SPANMILL_QUERY_',
  // Of the command line: the query service, whose prefix it has, lets it stand.
  'SPANMILL_QUERY_URL',
  'SPANMILL_QUERY_TOKEN',
  'SPANMILL_KAFKA_',
  'SPANMILL_CLICKHOUSE_',
  // Of the migrations alone: other users of ClickHouse let them stand.
  'SPANMILL_CLICKHOUSE_TTL_',
  'SPANMILL_CLICKHOUSE_CLUSTER',
  'SPANMILL_LOG_',
  'SPANMILL_AUDIT_',
  'SPANMILL_TOPIC_',
  'SPANMILL_LOCAL_',
  'SPANMILL_DEMO_',
  'SPANMILL_HOME',
] as const;
