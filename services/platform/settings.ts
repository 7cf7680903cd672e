/** Settings that several services share: a name and its default stand once. */
import { DEFAULT_TOPIC_PREFIX } from '../core/contracts.ts';
import { choice, integer, text } from './config.ts';

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
};

export const CLICKHOUSE_SETTINGS = {
  clickhouseUrl: text({
    env: 'SPANMILL_CLICKHOUSE_URL',
    default: 'http://127.0.0.1:8123',
    meaning: 'ClickHouse HTTP address.',
  }),
  clickhouseDatabase: text({
    env: 'SPANMILL_CLICKHOUSE_DATABASE',
    default: 'spanmill',
    meaning: 'Database of all tables.',
  }),
  clickhouseUser: text({ env: 'SPANMILL_CLICKHOUSE_USER', default: 'default', meaning: 'ClickHouse user.' }),
  clickhousePassword: text({
    env: 'SPANMILL_CLICKHOUSE_PASSWORD',
    default: '',
    meaning: 'Password of that user.',
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
