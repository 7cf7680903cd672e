/** Settings of the local stack alone. Where Kafka and ClickHouse listen is said by the names that every service reads. */
import { flag, integer, port, text } from '../platform/config.ts';
import { CLICKHOUSE_SETTINGS, KAFKA_SETTINGS, LOG_SETTINGS } from '../platform/settings.ts';

/** Of the command line; the services do not read it. */
export const CLI_SETTINGS = {
  queryUrl: text({
    env: 'SPANMILL_QUERY_URL',
    default: 'http://127.0.0.1:16686',
    meaning: 'Query service that the command line asks.',
  }),
  queryToken: text({
    env: 'SPANMILL_QUERY_TOKEN',
    default: '',
    meaning: 'Token of the command line, where the query service asks for a credential (use query).',
  }),
};

export const LOCAL_SETTINGS = {
  ...LOG_SETTINGS,
  kafkaBrokers: KAFKA_SETTINGS.kafkaBrokers,
  clickhouseUrl: CLICKHOUSE_SETTINGS.clickhouseUrl,
  clickhouseDatabase: CLICKHOUSE_SETTINGS.clickhouseDatabase,
  home: text({
    env: 'SPANMILL_HOME',
    default: '.spanmill',
    meaning: 'Where everything that the local stack writes goes; relative to the checkout.',
  }),
  demo: flag({ env: 'DEMO', default: true, meaning: 'Whether the demo shop runs, with its load driver.' }),
  kafkaControllerPort: port({
    env: 'SPANMILL_LOCAL_KAFKA_CONTROLLER_PORT',
    default: 9093,
    meaning: 'Port on which the embedded Kafka talks to itself (KRaft controller).',
  }),
  clickhouseTcpPort: port({
    env: 'SPANMILL_LOCAL_CLICKHOUSE_TCP_PORT',
    default: 9000,
    meaning: 'Native protocol of the embedded ClickHouse, for clickhouse-client and other tools.',
  }),
  minFreeMegabytes: integer({
    env: 'SPANMILL_LOCAL_MIN_FREE_MB',
    default: 2048,
    unit: 'MB',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'Free disk space without which nothing is started.',
  }),
  startTimeoutMs: integer({
    env: 'SPANMILL_LOCAL_START_TIMEOUT_MS',
    default: 60_000,
    unit: 'ms',
    min: 1000,
    max: 3_600_000,
    meaning: 'Longest wait for one process to do its work, and for the first trace.',
  }),
  logBytes: integer({
    env: 'SPANMILL_LOCAL_LOG_BYTES',
    default: 8 * 1024 * 1024,
    unit: 'bytes',
    min: 4096,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'Size at which a log file is cut; the part before is kept once, as *.log.1.',
  }),
};
