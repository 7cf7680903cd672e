/** Lives of a spool on a disk in memory, over the in-memory Kafka; each ends when the next one starts. */
import { Spool } from '../../services/collector/spool.ts';
import type { SpoolDrain } from '../../services/collector/spool_drain.ts';
import { MemoryDisk, type MemoryDiskOptions } from './memory_disk.ts';
import { frame, SPOOL_PARTITIONS, type SpoolFixture } from './spool_fixture.ts';

export class SpoolLives {
  readonly disk: MemoryDisk;
  /** What was acknowledged, whatever happened then. */
  readonly acknowledged: string[] = [];
  spool!: Spool;
  private readonly setup: SpoolFixture;
  private readonly settings: { maxBytes?: number };
  private drain!: SpoolDrain;
  private die: () => void = () => undefined;
  private ids = 0;
  private written = 0;

  constructor(setup: SpoolFixture, options: MemoryDiskOptions = {}, settings: { maxBytes?: number } = {}) {
    this.setup = setup;
    this.settings = settings;
    this.disk = new MemoryDisk(options);
  }

  /** The first, or the next after a `crash`. */
  async begin(): Promise<void> {
    const { metrics, time } = this.setup;
    this.spool = await Spool.open({
      ...{ disk: this.disk.mount(), newId: () => `id-${++this.ids}`, maxBytes: 1_000_000, segmentBytes: 200 },
      ...{ clock: time, log: this.setup.log, metrics },
      ...this.settings,
    });
    const life = this.setup.life();
    this.die = life.die;
    this.drain = this.setup.drain(this.spool, life.kafka);
  }

  crash(how: 'kill' | 'power cut'): void {
    this.die();
    this.disk.crash(how);
  }

  /** Appends at once; none of them is waited for. */
  write(count: number): void {
    for (let i = 0; i < count; i++) void this.append(`record ${this.written++}`).catch(() => undefined);
  }

  async append(text: string): Promise<void> {
    await this.spool.append([frame(text.length % SPOOL_PARTITIONS, text)]);
    this.acknowledged.push(text);
  }

  startDrain(): void {
    this.drain.start();
  }

  async drainAll(): Promise<void> {
    const { spool } = this;
    this.startDrain();
    await this.setup.until(() => spool.isEmpty);
  }

  async stopDrain(): Promise<void> {
    await this.drain.stop();
  }

  /** Everything in Kafka, sorted. */
  stored(): string[] {
    return [...Array(SPOOL_PARTITIONS).keys()].flatMap((partition) => this.setup.stored(partition)).sort();
  }

  /** Acknowledged, and not in Kafka: must be none. */
  lost(): string[] {
    const stored = new Set(this.stored());
    return this.acknowledged.filter((text) => !stored.has(text));
  }

  /** In Kafka more than once: must be none. */
  doubled(): string[] {
    const stored = this.stored();
    return stored.filter((text, at) => text === stored[at + 1]);
  }
}

/** Lets everything that can happen now happen, up to a number of turns. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
