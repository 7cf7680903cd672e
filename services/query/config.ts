/** Settings of the query service. The README's table is made from this. */
import { MIGRATION_SETTINGS } from '../platform/clickhouse/migration_settings.ts';
import { integer, port, text, type Setting } from '../platform/config.ts';
import {
  AUDIT_SETTINGS,
  CLICKHOUSE_SETTINGS,
  credentialsFile,
  LOG_SETTINGS,
  listenHost,
} from '../platform/settings.ts';
import { allowOpenSetting, clientCaSetting, tlsSettings } from '../platform/tls/listener_settings.ts';

export const PREFIX = 'SPANMILL_QUERY_';
const MIB = 1024 * 1024;

const scrape: Setting<string> = {
  ...text({
    env: 'SPANMILL_QUERY_SCRAPE',
    default: '',
    meaning:
      'Where the other services tell their metrics, comma-separated http://host:port/metrics; for /api/v1/pipeline.',
  }),
  parse: (value) => {
    const wrong = commaSeparated(value).find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url));
    if (wrong !== undefined) throw new Error('must be addresses like http://127.0.0.1:13133/metrics');
    return value;
  },
};

export function commaSeparated(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const tenantSetting: Setting<string> = {
  ...text({
    env: 'SPANMILL_QUERY_TENANT_SETTING',
    default: '',
    meaning:
      'Setting in which ClickHouse is told the tenant of each question, for row policies: SQL_spanmill_tenant with those of ' +
      'deploy/clickhouse/access. Empty: it is told in the question alone.',
  }),
  parse: (value) => {
    if (!/^\w+$/.test(value)) throw new Error('must be a name like SQL_spanmill_tenant');
    return value;
  },
};

export const SETTINGS = {
  ...LOG_SETTINGS,
  ...AUDIT_SETTINGS,
  ...CLICKHOUSE_SETTINGS,
  // How far back each rollup reaches.
  ttlMetrics10sDays: MIGRATION_SETTINGS.ttlMetrics10sDays,
  ttlMetrics1mDays: MIGRATION_SETTINGS.ttlMetrics1mDays,
  host: listenHost('SPANMILL_QUERY_HOST'),
  allowOpen: allowOpenSetting(PREFIX),
  ...tlsSettings(PREFIX),
  tlsClientCaFile: clientCaSetting(PREFIX),
  credentialsFile: credentialsFile('SPANMILL_QUERY_CREDENTIALS_FILE', 'everybody may ask, for any tenant'),
  tenantSetting,
  port: port({
    env: 'SPANMILL_QUERY_PORT',
    default: 16_686,
    meaning: 'Port of the API, and of /metrics, /healthz and /readyz.',
  }),
  grpcPort: port({
    env: 'SPANMILL_QUERY_GRPC_PORT',
    default: 16_685,
    meaning: "Port of Jaeger's query API over gRPC (api_v3).",
  }),
  requestTimeoutMs: integer({
    env: 'SPANMILL_QUERY_TIMEOUT_MS',
    default: 15_000,
    unit: 'ms',
    min: 100,
    max: 600_000,
    meaning: 'Longest time for one answer; after it the client gets a 504 and the work in ClickHouse ends.',
  }),
  maxTraceSpans: integer({
    env: 'SPANMILL_QUERY_MAX_TRACE_SPANS',
    default: 50_000,
    unit: 'spans',
    min: 1,
    max: 1_000_000,
    meaning: 'Spans of a trace that are answered; of a larger one the earliest, with a warning.',
  }),
  maxAnswerBytes: integer({
    env: 'SPANMILL_QUERY_MAX_ANSWER_BYTES',
    default: 128 * MIB,
    unit: 'bytes',
    min: MIB,
    max: 1024 * MIB,
    meaning: 'What ClickHouse may answer to one query; a larger answer is refused with a 422.',
  }),
  maxRowsRead: integer({
    env: 'SPANMILL_QUERY_MAX_ROWS_READ',
    default: 1_000_000_000,
    unit: 'rows',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'What one query may make ClickHouse read, else it is refused with a 422; 0 is no limit.',
  }),
  scrape,
  maxClockShiftMs: integer({
    env: 'SPANMILL_QUERY_MAX_CLOCK_SHIFT_MS',
    default: 1000,
    unit: 'ms',
    min: 0,
    max: 3_600_000,
    meaning:
      "How far Jaeger's API may move a span of another host that does not fit into its parent; 0 only says so.",
  }),
  zipkinAutocompleteKeys: text({
    env: 'SPANMILL_QUERY_ZIPKIN_AUTOCOMPLETE_KEYS',
    default: 'deployment.environment.name,service.version',
    meaning: "Attributes, comma-separated, whose values Zipkin's UI offers.",
  }),
  webDirectory: text({
    env: 'SPANMILL_QUERY_WEB_DIRECTORY',
    default: '',
    meaning: 'Where the built web page is; by default services/web/dist, which `make page` builds.',
  }),
  maxConcurrentQueries: integer({
    env: 'SPANMILL_QUERY_MAX_CONNECTIONS',
    default: 20,
    unit: 'connections',
    min: 1,
    max: 1000,
    meaning: 'Queries to ClickHouse at the same time; further ones wait, within their time limit.',
  }),
};
