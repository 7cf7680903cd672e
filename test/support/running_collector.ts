/** A collector in this process, on free ports, over the in-memory Kafka, whose appends a test can hold and fail. */
import { collectorParts, type CollectorOptions } from '../../services/collector/collector.ts';
import type { JaegerPorts, JaegerSettings } from '../../services/collector/jaeger_doors.ts';
import { METRICS } from '../../services/collector/metrics.ts';
import { systemClock, systemTimers } from '../../services/platform/clock.ts';
import type { Kafka, PartitionRecords } from '../../services/platform/kafka/port.ts';
import { startAll, stopAll } from '../../services/platform/lifecycle.ts';
import { createRegistry } from '../../services/platform/metrics.ts';
import { FakeKafka } from './fake_kafka.ts';
import { quietLog } from './quiet_log.ts';

export const TOPIC = 'test.spans';
export const PARTITIONS = 3;

/** Jaeger's protocols, each on any free port. */
export const ANY_JAEGER_PORTS: JaegerSettings = {
  ...{ compactPort: 0, binaryPort: 0, httpPort: 0, grpcPort: 0, samplingPort: 0 },
  samplingFile: '',
};

/** Between the collector and Kafka: what a test does to appends. */
export class Gate {
  /** Batches in the order they were sent. */
  readonly batches: PartitionRecords[] = [];
  private readonly open = Promise.withResolvers<undefined>();
  private readonly arrived = Promise.withResolvers<undefined>();
  private failure: Error | null = null;
  private isHolding = false;

  /** Appends wait from now on, until `release`. */
  hold(): void {
    this.isHolding = true;
  }

  release(): void {
    this.isHolding = false;
    this.open.resolve(undefined);
  }

  /** Appends fail from now on; with null they are taken again. */
  failWith(error: Error | null): void {
    this.failure = error;
  }

  /** Resolves when an append has been asked for. */
  get reached(): Promise<undefined> {
    return this.arrived.promise;
  }

  async pass(batch: PartitionRecords): Promise<void> {
    this.batches.push(batch);
    this.arrived.resolve(undefined);
    if (this.isHolding) await this.open.promise;
    if (this.failure !== null) throw this.failure;
  }
}

export interface RunningCollector {
  readonly url: string;
  readonly httpPort: number;
  readonly grpcAddress: string;
  /** Null unless `jaeger` is among the settings. */
  readonly jaegerPorts: JaegerPorts | null;
  /** Empty unless `zipkinPort` is among the settings. */
  readonly zipkinUrl: string;
  readonly gate: Gate;
  /** Values of the records in Kafka, joined: TracesData. */
  stored(partition: number): Buffer;
  notReady(): string | null;
  /** The Prometheus text. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export async function startCollector(settings: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  const fake = new FakeKafka(systemClock);
  const admin = await fake.admin();
  const config = { 'max.message.bytes': String(20 * 1024 * 1024) };
  await admin.ensureTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: 1, config }]);
  const gate = new Gate();
  const registry = createRegistry('collector');
  const bugs: unknown[] = [];
  const collector = collectorParts({
    ...{ host: '127.0.0.1', grpcPort: 0, httpPort: 0, maxRequestBytes: 100_000, maxInFlightBytes: 1_000_000 },
    ...{ recordBytes: 1_000, lingerMs: 0, requestTimeoutMs: 30_000 },
    topic: TOPIC,
    kafka: gated(fake, gate),
    ...{ clock: systemClock, timers: systemTimers, log: quietLog },
    metrics: registry.create(METRICS),
    onBug: (error) => bugs.push(error),
    ...settings,
  });
  await startAll(collector.parts);
  return {
    url: `http://127.0.0.1:${collector.ports.http}`,
    httpPort: collector.ports.http,
    grpcAddress: `127.0.0.1:${collector.ports.grpc}`,
    jaegerPorts: collector.ports.jaeger,
    zipkinUrl: collector.ports.zipkin === null ? '' : `http://127.0.0.1:${collector.ports.zipkin}`,
    gate,
    stored: (partition) => Buffer.concat(fake.records(TOPIC, partition).map(({ value }) => value)),
    notReady: collector.notReady,
    metrics: () => registry.expose(),
    stop: async () => {
      gate.release();
      await stopAll(collector.parts);
      if (bugs.length > 0) throw new AggregateError(bugs, 'the collector met bugs');
    },
  };
}

function gated(fake: FakeKafka, gate: Gate): Kafka {
  return {
    input: (options, listener) => fake.input(options, listener),
    claim: (options) => fake.claim(options),
    admin: () => fake.admin(),
    producer: async () => {
      const producer = await fake.producer();
      return {
        append: async (batch) => {
          await gate.pass(batch);
          return producer.append(batch);
        },
        stop: () => producer.stop(),
      };
    },
  };
}
