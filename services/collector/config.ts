/** Settings of the collector. The README's table is made from this. */
import { DEFAULT_TENANT } from '../core/contracts.ts';
import { TENANT_NAME } from '../platform/auth/tenant_file.ts';
import { choice, integer, optionalPort, port, secret, text, type Setting } from '../platform/config.ts';
import {
  AUDIT_SETTINGS,
  credentialsFile,
  KAFKA_SETTINGS,
  LOG_SETTINGS,
  listenHost,
} from '../platform/settings.ts';
import { allowOpenSetting, clientCaSetting, tlsSettings } from '../platform/tls/listener_settings.ts';
import { ENCODINGS } from './kafka_receiver_formats.ts';
import { sourceTopics } from './kafka_receiver_topics.ts';

export const PREFIX = 'SPANMILL_COLLECTOR_';
const KIB = 1024;
const MIB = 1024 * KIB;

const tenantHeader: Setting<string> = {
  ...text({
    env: 'SPANMILL_COLLECTOR_TENANT_HEADER',
    default: '',
    meaning:
      'Header that names the tenant, e.g. x-tenant: only behind a gateway that sets it itself, and not with credentials. ' +
      "Empty: all spans are the default tenant's.",
  }),
  parse: (value) => {
    if (!/^[\w-]+$/.test(value)) throw new Error('must be the name of a header like x-tenant');
    return value.toLowerCase();
  },
};

const tenant = (env: string, meaning: string): Setting<string> => ({
  ...text({ env, meaning, default: DEFAULT_TENANT }),
  parse: (value) => {
    if (!TENANT_NAME.test(value)) throw new Error('must be like shop-1: small letters, digits, _ and -');
    return value;
  },
});

export const SETTINGS = {
  ...LOG_SETTINGS,
  ...AUDIT_SETTINGS,
  ...KAFKA_SETTINGS,
  host: listenHost('SPANMILL_COLLECTOR_HOST'),
  allowOpen: allowOpenSetting(PREFIX),
  ...tlsSettings(PREFIX),
  tlsClientCaFile: clientCaSetting(PREFIX),
  credentialsFile: credentialsFile('SPANMILL_COLLECTOR_CREDENTIALS_FILE', 'everybody may send'),
  tenantHeader,
  udpTenant: tenant(
    'SPANMILL_COLLECTOR_UDP_TENANT',
    'Whose spans those are that come by UDP, which has no credentials.',
  ),
  grpcPort: port({
    env: 'SPANMILL_COLLECTOR_GRPC_PORT',
    default: 4317,
    meaning: 'OTLP/gRPC.',
  }),
  httpPort: port({
    env: 'SPANMILL_COLLECTOR_HTTP_PORT',
    default: 4318,
    meaning: 'OTLP/HTTP: POST /v1/traces.',
  }),
  zipkinPort: optionalPort({
    env: 'SPANMILL_COLLECTOR_ZIPKIN_PORT',
    default: 9411,
    meaning: 'Zipkin: POST /api/v2/spans (JSON, protobuf) and /api/v1/spans (JSON, thrift).',
  }),
  jaegerCompactPort: optionalPort({
    transport: 'UDP',
    env: 'SPANMILL_COLLECTOR_JAEGER_COMPACT_PORT',
    default: 6831,
    meaning: "UDP port of a Jaeger agent: jaeger.thrift in Thrift's compact protocol.",
  }),
  jaegerBinaryPort: optionalPort({
    transport: 'UDP',
    env: 'SPANMILL_COLLECTOR_JAEGER_BINARY_PORT',
    default: 6832,
    meaning: 'UDP port of a Jaeger agent: jaeger.thrift in the binary protocol.',
  }),
  jaegerHttpPort: optionalPort({
    env: 'SPANMILL_COLLECTOR_JAEGER_HTTP_PORT',
    default: 14_268,
    meaning: 'Jaeger over HTTP: POST /api/traces, jaeger.thrift.',
  }),
  jaegerGrpcPort: optionalPort({
    env: 'SPANMILL_COLLECTOR_JAEGER_GRPC_PORT',
    default: 14_250,
    meaning: 'Jaeger over gRPC: spans and sampling strategies, jaeger.api_v2.',
  }),
  samplingPort: optionalPort({
    env: 'SPANMILL_COLLECTOR_SAMPLING_PORT',
    default: 5778,
    meaning: 'Sampling strategies for Jaeger clients over HTTP: GET /sampling?service=NAME.',
  }),
  samplingFile: text({
    env: 'SPANMILL_COLLECTOR_SAMPLING_FILE',
    default: '',
    meaning:
      "Sampling strategies in the format of Jaeger's own file, read again when it changes. " +
      'Empty: clients are told to report every trace.',
  }),
  healthPort: port({
    env: 'SPANMILL_COLLECTOR_HEALTH_PORT',
    default: 13_133,
    meaning: '/healthz, /readyz and /metrics.',
  }),
  maxRequestBytes: integer({
    env: 'SPANMILL_COLLECTOR_MAX_REQUEST_BYTES',
    default: 16 * MIB,
    unit: 'bytes',
    min: KIB,
    max: 16 * MIB,
    meaning:
      'Largest request, after decompression; larger ones are refused. A record of the topic must hold one.',
  }),
  maxInFlightBytes: integer({
    env: 'SPANMILL_COLLECTOR_MAX_IN_FLIGHT_BYTES',
    default: 256 * MIB,
    unit: 'bytes',
    min: KIB,
    max: 64 * KIB * MIB,
    meaning: 'Requests being read or waiting for Kafka, together; over it clients are told to come back.',
  }),
  recordBytes: integer({
    env: 'SPANMILL_COLLECTOR_RECORD_BYTES',
    default: 256 * KIB,
    unit: 'bytes',
    min: KIB,
    max: 4 * MIB,
    meaning: 'A record is sent once it is this large, before compression.',
  }),
  lingerMs: integer({
    env: 'SPANMILL_COLLECTOR_LINGER_MS',
    default: 50,
    unit: 'ms',
    min: 0,
    max: 10_000,
    meaning: 'Spans wait this long for others of their partition before a smaller record is sent.',
  }),
  requestTimeoutMs: integer({
    env: 'SPANMILL_COLLECTOR_REQUEST_TIMEOUT_MS',
    default: 30_000,
    unit: 'ms',
    min: 100,
    max: 600_000,
    meaning: 'A client must have sent its request within this time.',
  }),
  maxConnections: integer({
    env: 'SPANMILL_COLLECTOR_MAX_CONNECTIONS',
    default: 4_096,
    unit: 'connections',
    min: 1,
    max: 1_000_000,
    meaning: 'Connections of one listener; more are closed as they come.',
  }),
  maxConnectionsPerAddress: integer({
    env: 'SPANMILL_COLLECTOR_MAX_CONNECTIONS_PER_ADDRESS',
    default: 1_024,
    unit: 'connections',
    min: 1,
    max: 1_000_000,
    meaning:
      'The same of one client address; behind a load balancer that is its own, and this as much as the above.',
  }),
  redactionFile: text({
    env: 'SPANMILL_COLLECTOR_REDACTION_FILE',
    default: '',
    meaning:
      'Policy (YAML) that all spans are redacted by before they are stored, read again when it changes. Empty: none.',
  }),
  redactionKeyFile: text({
    env: 'SPANMILL_COLLECTOR_REDACTION_KEY_FILE',
    default: '',
    meaning: 'File with the key of its hashes, 16 bytes at least, unless the policy names one.',
  }),
  redactionKey: secret({
    env: 'SPANMILL_COLLECTOR_REDACTION_KEY',
    meaning: 'That key itself, where there is no file of it.',
  }),
  spoolDirectory: text({
    env: 'SPANMILL_COLLECTOR_SPOOL_DIRECTORY',
    default: '',
    meaning:
      'Where spans are kept while Kafka is away, on a disk that outlives the collector; each collector needs its own. ' +
      'Empty: no spool, clients are told to wait. `make up` gives it one.',
  }),
  spoolBytes: integer({
    env: 'SPANMILL_COLLECTOR_SPOOL_BYTES',
    default: 1024 * MIB,
    unit: 'bytes',
    min: MIB,
    max: 1024 * 1024 * MIB,
    meaning: 'Largest size of the spool; over it clients are told to come back.',
  }),
  spoolSegmentBytes: integer({
    env: 'SPANMILL_COLLECTOR_SPOOL_SEGMENT_BYTES',
    default: 8 * MIB,
    unit: 'bytes',
    min: 64 * KIB,
    max: 64 * MIB,
    meaning: 'A file of the spool is closed at this size. Each is sent in one Kafka transaction.',
  }),
  receiverTopics: sourceTopics({
    env: 'SPANMILL_COLLECTOR_RECEIVER_TOPICS',
    meaning: `Topics of others to read spans from, as topic:encoding, comma-separated; encodings are ${ENCODINGS.join(', ')}. Empty: none.`,
  }),
  receiverGroup: text({
    env: 'SPANMILL_COLLECTOR_RECEIVER_GROUP',
    default: 'spanmill-receiver',
    meaning:
      'Consumer group of those topics, shared by all collectors, and the beginning of the transactional ids.',
  }),
  receiverStart: choice({
    env: 'SPANMILL_COLLECTOR_RECEIVER_START',
    default: 'earliest',
    options: ['earliest', 'latest'],
    meaning: 'Where to begin on a partition of which the group has committed no offset.',
  }),
  receiverBrokers: text({
    env: 'SPANMILL_COLLECTOR_RECEIVER_BROKERS',
    default: '',
    meaning:
      'Bootstrap addresses of the Kafka that has those topics, which is then read at least once. ' +
      'Empty: our own, which is read exactly once.',
  }),
  receiverAccess: choice({
    env: 'SPANMILL_COLLECTOR_RECEIVER_ACCESS',
    default: 'open',
    options: ['open', 'same'],
    meaning:
      'How that other Kafka is reached: open is without TLS and without a login; same is with those of our own Kafka, ' +
      'whose password it then gets to see.',
  }),
  receiverTenant: tenant('SPANMILL_COLLECTOR_RECEIVER_TENANT', 'Whose spans those of these topics are.'),
};
