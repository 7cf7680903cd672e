/** Settings of the query service. The README's table is made from this. */
import { integer, port, text } from '../platform/config.ts';
import { CLICKHOUSE_SETTINGS, LOG_SETTINGS, listenHost } from '../platform/settings.ts';

const MIB = 1024 * 1024;

export const SETTINGS = {
  ...LOG_SETTINGS,
  ...CLICKHOUSE_SETTINGS,
  host: listenHost('SPANMILL_QUERY_HOST'),
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
  maxConcurrentQueries: integer({
    env: 'SPANMILL_QUERY_MAX_CONNECTIONS',
    default: 20,
    unit: 'connections',
    min: 1,
    max: 1000,
    meaning: 'Queries to ClickHouse at the same time; further ones wait, within their time limit.',
  }),
};
