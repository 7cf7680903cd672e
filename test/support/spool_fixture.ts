/** A spool in a directory of its own, over the in-memory Kafka, whose life a test ends as a crash would. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRICS, type CollectorMetrics } from '../../services/collector/metrics.ts';
import { Spool, type SpoolOptions } from '../../services/collector/spool.ts';
import { directoryDisk } from '../../services/collector/spool_disk.ts';
import { SpoolDrain } from '../../services/collector/spool_drain.ts';
import type { Frame } from '../../services/collector/spool_segment.ts';
import type {
  ClaimOptions,
  InputListener,
  InputOptions,
  Kafka,
  Ownership,
} from '../../services/platform/kafka/port.ts';
import { createRegistry, type MetricRegistry } from '../../services/platform/metrics.ts';
import { FakeKafka } from './fake_kafka.ts';
import { ManualTime } from './manual_time.ts';
import { recordingLog, type LogLine } from './recording_log.ts';

export const SPOOL_TOPIC = 'spans';
export const SPOOL_PARTITIONS = 3;

export const frame = (partition: number, text: string): Frame => ({ partition, value: Buffer.from(text) });

export class SpoolFixture {
  readonly time = new ManualTime();
  readonly kafka = new FakeKafka(this.time);
  readonly registry: MetricRegistry = createRegistry('test');
  readonly metrics: CollectorMetrics = this.registry.create(METRICS);
  readonly bugs: unknown[] = [];
  readonly logged: LogLine[] = [];
  readonly log = recordingLog(this.logged);
  private readonly root = mkdtempSync(join(tmpdir(), 'spanmill-spool-'));
  private readonly spools: Spool[] = [];
  private lives = 0;
  directory = join(this.root, 'spool-0');

  async createTopic(): Promise<void> {
    const admin = await this.kafka.admin();
    const spec = { name: SPOOL_TOPIC, partitions: SPOOL_PARTITIONS, replicationFactor: 1, config: {} };
    await admin.ensureTopics([spec]);
  }

  async open(options: Partial<SpoolOptions> = {}): Promise<Spool> {
    const spool = await Spool.open({
      ...{ disk: directoryDisk(this.directory), newId: randomUUID, maxBytes: 1_000_000, segmentBytes: 200 },
      ...{ clock: this.time, log: this.log, metrics: this.metrics },
      ...options,
    });
    this.spools.push(spool);
    return spool;
  }

  /** The disk as it is now is what the next life finds; what the old one still does reaches it no more. */
  crash(): void {
    const directory = join(this.root, `spool-${++this.lives}`);
    mkdirSync(directory);
    for (const name of readdirSync(this.directory))
      copyIfThere(join(this.directory, name), join(directory, name));
    this.directory = directory;
  }

  /** Kafka as one life has it: once it is dead, it asks nothing more and hears no answer. */
  life(): { kafka: Pick<Kafka, 'admin' | 'claim' | 'input'>; die: () => void } {
    let isDead = false;
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      const result = isDead ? null : { value: await work() };
      return isDead || result === null ? new Promise<never>(() => undefined) : result.value;
    };
    const claim = (options: ClaimOptions): Promise<Ownership> =>
      alive(async () => {
        const ownership = await this.kafka.claim(options);
        return {
          ...ownership,
          commit: (outputs, offsets) => alive(() => ownership.commit(outputs, offsets)),
        };
      });
    const kafka = {
      claim,
      admin: () => this.kafka.admin(),
      input: (options: InputOptions, listener: InputListener) => this.kafka.input(options, listener),
    };
    return { kafka, die: () => (isDead = true) };
  }

  drain(spool: Spool, kafka: Pick<Kafka, 'admin' | 'claim' | 'input'> = this.kafka): SpoolDrain {
    return new SpoolDrain({
      ...{ spool, kafka, topic: SPOOL_TOPIC, timers: this.time, log: this.log, metrics: this.metrics },
      onDrained: () => undefined,
      onBug: (error) => this.bugs.push(error),
    });
  }

  /** Lets time pass until the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    const giveUpAt = performance.now() + 20_000;
    while (!condition()) {
      if (performance.now() > giveUpAt) throw new Error('it never happened');
      this.time.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  stored(partition: number): string[] {
    return this.kafka.records(SPOOL_TOPIC, partition).map(({ value }) => value.toString());
  }

  async remove(): Promise<void> {
    await Promise.all(this.spools.map((spool) => spool.close()));
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The life that ended may be removing it at this very moment. */
function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
