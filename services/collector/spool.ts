/**
 * Records on disk that Kafka could not take: bounded in bytes, on the disk for good before `append` resolves.
 *
 * Segments of an earlier life are only read. Not for writing files (spool_writer.ts), nor for sending them
 * (spool_drain.ts). Invariant: an acknowledged record is in a segment of `segments`, below its `bytes`, or in a file that
 * was set aside.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { CollectorMetrics } from './metrics.ts';
import {
  bytesAside,
  moveAside,
  readOrMakeId,
  readPartitions,
  rememberPartitions,
  removeForGood,
  segmentName,
  segmentNames,
  writeWhole,
} from './spool_directory.ts';
import type { SpoolDisk } from './spool_disk.ts';
import { decodeSegment, frameBytes, tornAt, type DecodedSegment, type Frame } from './spool_segment.ts';
import { SpoolRefusedError, SpoolWriter, type Segment } from './spool_writer.ts';

export interface SpoolOptions {
  readonly disk: SpoolDisk;
  /** Never the same twice: a UUID. */
  readonly newId: () => string;
  /** Of all files together. */
  readonly maxBytes: number;
  /** A segment is a transaction: it is closed at this size. */
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<
    CollectorMetrics,
    | 'spoolBytes'
    | 'spoolRecords'
    | 'spoolOldest'
    | 'spooledRecords'
    | 'spoolRefusals'
    | 'spoolTornBytes'
    | 'spoolCorruptBytes'
    | 'spoolUnreadable'
  >;
}

export class Spool {
  readonly id: string;
  private readonly options: SpoolOptions;
  /** Oldest first. */
  private readonly segments: Segment[] = [];
  private readonly writer: SpoolWriter;
  private nextNumber = 1;
  private asideBytes = 0;

  private constructor(options: SpoolOptions, id: string) {
    const { disk, log, metrics, segmentBytes } = options;
    this.options = options;
    this.id = id;
    this.writer = new SpoolWriter({
      ...{ disk, log, segmentBytes },
      begin: () => this.beginSegment(),
      onWritten: (segment, records) => {
        if (segment.records === records) this.segments.push(segment);
        metrics.spooledRecords.add(records);
        this.tell();
      },
      onFailed: (appends) => {
        metrics.spoolRefusals.add(appends, { reason: 'disk' });
        this.tell();
      },
    });
  }

  /** Throws when another collector uses the directory. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { disk, newId } = options;
    await disk.take();
    try {
      const spool = new Spool(options, await readOrMakeId(disk, newId));
      await spool.recover();
      return spool;
    } catch (error) {
      disk.leave();
      throw error;
    }
  }

  get isEmpty(): boolean {
    return this.segments.length === 0;
  }

  /** Of all files, and of what is about to be written. */
  get bytes(): number {
    return this.segments.reduce(
      (sum, { bytes }) => sum + bytes,
      this.asideBytes + this.writer.unwrittenBytes,
    );
  }

  /** Resolves when the records are on the disk for good. Throws SpoolRefusedError. */
  append(frames: readonly Frame[]): Promise<void> {
    const bytes = frames.reduce((sum, frame) => sum + frameBytes(frame), 0);
    if (this.bytes + bytes > this.options.maxBytes) {
      this.options.metrics.spoolRefusals.add(1, { reason: 'full' });
      return Promise.reject(new SpoolRefusedError('the spool is full'));
    }
    return this.writer.append(frames, bytes);
  }

  /** The oldest segment, complete: nothing is added to it any more. Null when the spool is empty. */
  async oldest(): Promise<Segment | null> {
    const [oldest] = this.segments;
    if (oldest === undefined) return null;
    await this.writer.complete(oldest);
    return oldest;
  }

  /** What is whole of it; what is damaged is kept in a file of its own. Throws what the disk throws. */
  async read({ name, bytes }: Segment): Promise<readonly Frame[]> {
    const { disk, log } = this.options;
    const content = (await disk.read(name)).subarray(0, bytes);
    const { damage, frames } = decodeSegment(content);
    if (damage.length > 0) {
      const damaged = Buffer.concat(damage.map(([start, end]) => content.subarray(start, end)));
      // Repeated after a crash, it is the same file again.
      await writeWhole(disk, `${name}.corrupt`, damaged);
      log.error(
        { segment: name, bytes: damaged.length },
        'a part of the spool is damaged: kept as *.corrupt',
      );
      this.setAsideBytes(await bytesAside(disk));
    }
    return frames;
  }

  /** A segment that can be sent no more is kept for people to look at, and what stands behind it goes on. */
  async setAside(segment: Segment, why: 'unreadable' | 'refused.corrupt'): Promise<void> {
    const { disk, metrics } = this.options;
    await moveAside(disk, segment.name, why);
    if (why === 'unreadable') metrics.spoolUnreadable.add(1);
    this.forget(segment);
    this.setAsideBytes(await bytesAside(disk));
  }

  /** Its records are in Kafka. */
  async remove(segment: Segment): Promise<void> {
    await removeForGood(this.options.disk, segment.name);
    this.forget(segment);
  }

  /**
   * The same, known by its name alone. Where it is gone already, the process that removed it may have died before that was on the disk
   * for good: a power cut would bring it back when its name is no longer the one that Kafka remembers.
   */
  async removeNamed(name: string): Promise<void> {
    const segment = this.segments.find((one) => one.name === name);
    if (segment !== undefined) await this.remove(segment);
    else await this.options.disk.sync();
  }

  /** How many partitions the topic had when Kafka was last asked; null where nobody remembers. */
  partitionsOf(topic: string): Promise<number | null> {
    return readPartitions(this.options.disk, topic);
  }

  rememberPartitions(topic: string, partitions: number): Promise<void> {
    return rememberPartitions(this.options.disk, topic, partitions);
  }

  /** What was appended before is on the disk before. */
  async close(): Promise<void> {
    await this.writer.close();
    this.options.disk.leave();
  }

  private beginSegment(): Segment {
    const createdMs = this.options.clock.now();
    const name = segmentName(this.nextNumber++, createdMs, this.options.newId());
    return { name, createdMs, bytes: 0, records: 0 };
  }

  private async recover(): Promise<void> {
    const { disk, log } = this.options;
    this.setAsideBytes(await bytesAside(disk));
    for (const { name, number, createdMs } of await segmentNames(disk)) {
      this.nextNumber = number + 1;
      const { bytes, records } = await this.recoverSegment(name);
      if (bytes === 0) await removeForGood(disk, name);
      else this.segments.push({ name, createdMs, bytes, records });
    }
    if (!this.isEmpty)
      log.info({ segments: this.segments.length, bytes: this.bytes }, 'spans wait in the spool');
    this.tell();
  }

  private async recoverSegment(name: string): Promise<Pick<Segment, 'bytes' | 'records'>> {
    const { disk, log } = this.options;
    let content: Buffer;
    try {
      content = await disk.read(name);
    } catch (error) {
      log.warn({ error, segment: name }, 'a segment of the spool could not be read yet');
      // The drain tries again, and sets it aside where that is of no use.
      return { bytes: Math.max(1, await disk.size(name)), records: 0 };
    }
    const decoded = decodeSegment(content);
    return { bytes: await this.cutTornTail(name, content, decoded), records: decoded.frames.length };
  }

  private async cutTornTail(name: string, content: Buffer, decoded: DecodedSegment): Promise<number> {
    const { disk, log, metrics } = this.options;
    const end = tornAt(decoded, content.length);
    const torn = content.length - end;
    if (torn === 0) return end;
    metrics.spoolTornBytes.add(torn);
    log.warn(
      { segment: name, bytes: torn },
      'a write into the spool was torn, and never acknowledged: cut off',
    );
    try {
      await truncate(disk, name, end);
    } catch (error) {
      // It is not read in this life either, and the next one tries again.
      log.warn({ error, segment: name }, 'a segment of the spool could not be cut');
    }
    return end;
  }

  private forget(segment: Segment): void {
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.tell();
  }

  private setAsideBytes(bytes: number): void {
    this.asideBytes = bytes;
    this.options.metrics.spoolCorruptBytes.set(bytes);
    this.tell();
  }

  private tell(): void {
    const { metrics } = this.options;
    metrics.spoolBytes.set(this.bytes);
    metrics.spoolRecords.set(this.segments.reduce((sum, { records }) => sum + records, 0));
    metrics.spoolOldest.set((this.segments[0]?.createdMs ?? 0) / 1000);
  }
}

async function truncate(disk: SpoolDisk, name: string, bytes: number): Promise<void> {
  const file = await disk.open(name);
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}
