/**
 * The collector's parts in the order they start. They stop in reverse: first no request is accepted any more and those
 * under way are answered, then what waits for Kafka is sent or spooled, then Kafka is left.
 */
import { DEFAULT_TENANT } from '../core/contracts.ts';
import type { Access } from '../platform/auth/access.ts';
import { NO_LIMITS } from '../platform/auth/tenant_file.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { ConfigError } from '../platform/config.ts';
import type { ConnectionLimits } from '../platform/connection_limits.ts';
import type { GrpcGuardOptions } from '../platform/grpc/arrival_guard.ts';
import { grpcServer } from '../platform/grpc/grpc_server.ts';
import type { Kafka } from '../platform/kafka/port.ts';
import { startAll, type Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { ListenerTls } from '../platform/tls/tls_files.ts';
import { Batcher } from './batcher.ts';
import { ConversionThread } from './conversion_thread.ts';
import { Doorman, grpcGate, senderOf } from './doorman.ts';
import { InFlight } from './in_flight.ts';
import { Intake } from './intake.ts';
import { jaegerDoors, type JaegerPorts, type JaegerSettings } from './jaeger_doors.ts';
import { KafkaReceiver, type ReceiverSettings } from './kafka_receiver.ts';
import type { CollectorMetrics } from './metrics.ts';
import { otlpGrpcMethod } from './otlp_grpc.ts';
import { otlpHttpDoor } from './otlp_http.ts';
import type { Redaction } from './redaction.ts';
import { SpansTopic } from './spans_topic.ts';
import type { SpoolOptions } from './spool.ts';
import { SpooledTopic } from './spooled_topic.ts';
import { TenantRates } from './tenant_rates.ts';
import { zipkinHttpDoor } from './zipkin_http.ts';

export type SpoolSettings = Pick<SpoolOptions, 'disk' | 'newId' | 'maxBytes' | 'segmentBytes'>;

export interface CollectorOptions {
  readonly host: string;
  /** For all listeners; started before them. Without it, connections are not encrypted. */
  readonly tls?: ListenerTls | null;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Without it, nothing that speaks Jaeger's protocols is listened to. */
  readonly jaeger?: JaegerSettings | null;
  /** Without it, Zipkin's protocols are not listened to. */
  readonly zipkinPort?: number | null;
  readonly maxRequestBytes: number;
  readonly maxInFlightBytes: number;
  readonly recordBytes: number;
  readonly lingerMs: number;
  readonly requestTimeoutMs: number;
  /** Of each listener, and of one address; without them there may be any number. */
  readonly maxConnections?: number;
  readonly maxConnectionsPerAddress?: number;
  readonly topic: string;
  /** Who may send; without it everybody may. */
  readonly access?: Pick<Access, 'authenticator' | 'limitsOf'> | null;
  /** Without `access`: the header in which a gateway names the tenant; '' for none. */
  readonly tenantHeader?: string;
  /** Of what comes by UDP. */
  readonly udpTenant?: string;
  /** Where spans go while Kafka is away; without it clients are told to wait. */
  readonly spool?: SpoolSettings | null;
  /** Topics of others that are read besides; without it none. */
  readonly receiver?: ReceiverSettings | null;
  /** The policy that all spans go through; without it they stay as they come. */
  readonly redaction?: Redaction | null;
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
  /** Something that cannot happen has happened: the process should end. */
  readonly onBug: (error: unknown) => void;
}

/** Of the 30 s that a process has for its stop. An append takes 10 s at most. */
const STOP_TIMEOUT_MS = 12_000;

/** Before a message: whether it is compressed, and its length. */
const GRPC_FRAME_BYTES = 5;

export interface Collector {
  readonly parts: readonly Part[];
  /** The ports in use once started. */
  readonly ports: {
    readonly grpc: number;
    readonly http: number;
    readonly jaeger: JaegerPorts | null;
    readonly zipkin: number | null;
  };
  readonly notReady: () => string | null;
  /** What is to be known of a collector that is ready, or null. */
  readonly remark: () => string | null;
}

export function collectorParts(options: CollectorOptions): Collector {
  const { metrics, topic } = options;
  const spansTopic = new SpansTopic(options);
  const spooled = options.spool ? new SpooledTopic({ ...options, ...options.spool, spansTopic }) : null;
  const way = spooled ?? spansTopic;
  const batcher = new Batcher({ ...options, append: (batch) => way.append(batch) });
  const { rates, doorman, inFlight } = tenantParts(options);
  const conversion = new ConversionThread();
  const intake = new Intake({
    ...{ ...options, conversion, batcher, rates },
    redact: options.redaction?.redact ?? null,
    partitions: () => spansTopic.partitions,
  });
  metrics.inFlightLimit.set(options.maxInFlightBytes);
  let isListening = false;
  let isStopping = false;
  const door = {
    ...{ ...options, intake, inFlight, isStopping: () => isStopping, stopTimeoutMs: STOP_TIMEOUT_MS },
    ...arrivalLimits(options),
    ...{
      doorman,
      rates,
      gate: grpcGate(doorman, metrics),
      udpSender: senderOf(options.udpTenant ?? DEFAULT_TENANT),
    },
  };
  const grpc = grpcServer({ ...door, port: options.grpcPort, methods: [otlpGrpcMethod(door)] });
  const http = otlpHttpDoor({ ...door, port: options.httpPort });
  const jaeger = options.jaeger ? jaegerDoors({ ...door, settings: options.jaeger }) : null;
  const notReady = (): string | null =>
    isStopping ? 'stopping' : (way.notReady() ?? (isListening ? null : 'starting'));
  const zipkin =
    typeof options.zipkinPort === 'number'
      ? zipkinHttpDoor({ ...door, port: options.zipkinPort, notReady })
      : null;
  const listeners = [grpc, http, jaeger, zipkin].filter((listener) => listener !== null);
  const servers: Part = {
    name: 'servers',
    start: async () => {
      await startAll(listeners);
      isListening = true;
      options.log.info({ topic, grpc: grpc.port, http: http.port }, 'taking spans');
    },
    stop: async () => {
      isStopping = true;
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
  };
  const drain: Part = {
    name: 'batcher',
    start: () => Promise.resolve(),
    stop: () => batcher.drain(),
  };
  const partitions = (): number => spansTopic.partitions;
  const receiver = options.receiver
    ? new KafkaReceiver({
        ...{ ...options, ...options.receiver, spansTopic: topic, partitions, batcher },
        redact: options.redaction?.redact ?? null,
      })
    : null;
  return {
    parts: [
      ...(options.redaction ? [options.redaction] : []),
      ...[way, drain, conversion],
      ...(receiver === null ? [] : [receiver]),
      servers,
    ],
    ports: {
      get grpc() {
        return grpc.port;
      },
      get http() {
        return http.port;
      },
      get jaeger() {
        return jaeger?.ports ?? null;
      },
      get zipkin() {
        return zipkin?.port ?? null;
      },
    },
    notReady,
    remark: () =>
      [way.remark(), options.redaction?.remark(), receiver?.remark()].filter(Boolean).join('; ') || null,
  };
}

/** What may be on its way in: connections, and calls of gRPC that are not whole, which no tenant's share can count yet. */
function arrivalLimits(options: CollectorOptions): {
  connections: ConnectionLimits;
  guard: GrpcGuardOptions;
} {
  const { maxInFlightBytes, metrics, requestTimeoutMs } = options;
  const { maxConnections = Infinity, maxConnectionsPerAddress = Infinity } = options;
  const connections = { maxConnections, maxConnectionsPerAddress, metrics };
  // None may take all of it, but a single request has to fit.
  const ofOneAddress = Math.max(maxInFlightBytes / 2, options.maxRequestBytes + GRPC_FRAME_BYTES);
  const arriving = new InFlight(maxInFlightBytes, { limitOf: () => ofOneAddress });
  const guard: GrpcGuardOptions = {
    ...{ listener: 'grpc', connections, requestTimeoutMs },
    lease: (address) => arriving.lease({ tenant: address }),
    onCut: (outcome) => metrics.requests.add(1, { protocol: 'grpc', outcome }),
  };
  return { connections, guard };
}

/** Who comes in, how fast, and how much of the memory. */
function tenantParts({
  access = null,
  clock,
  maxInFlightBytes,
  metrics,
  tenantHeader = '',
}: CollectorOptions) {
  if (access !== null && tenantHeader !== '') {
    throw new ConfigError([
      'SPANMILL_COLLECTOR_TENANT_HEADER: credentials (SPANMILL_COLLECTOR_CREDENTIALS_FILE) name the tenant: unset one of the two',
    ]);
  }
  const limitsOf = (tenant: string) => access?.limitsOf(tenant) ?? NO_LIMITS;
  // Where there are several, none may take all of it.
  const share = access === null && tenantHeader === '' ? maxInFlightBytes : Math.ceil(maxInFlightBytes / 2);
  const rates = new TenantRates({ limitsOf, clock });
  return {
    rates,
    doorman: new Doorman({ authenticator: access?.authenticator ?? null, tenantHeader, rates, metrics }),
    inFlight: new InFlight(maxInFlightBytes, {
      limitOf: (tenant) => limitsOf(tenant).inFlightBytes ?? share,
      onChange: (bytes) => metrics.inFlightBytes.set(bytes),
      onTenantChange: (tenant, bytes) => metrics.tenantInFlightBytes.set(bytes, { tenant }),
      onRefused: (tenant) => metrics.tenantRefusals.add(1, { tenant, reason: 'in_flight' }),
    }),
  };
}
