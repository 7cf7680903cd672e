/**
 * Records on disk that Kafka could not take: bounded in bytes, on the disk for good before `append` resolves.
 *
 * A file takes what comes until it is large enough or is to be drained; segments of an earlier life are only read. What
 * waits while a write is under way goes into the next one, so one sync serves many requests. Not for sending them:
 * spool_drain.ts. Invariant: an acknowledged record is in a segment of `segments`, below its `bytes`. Values are read,
 * never written, until the promise settles.
 */
import { open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { Mutex } from '../platform/mutex.ts';
import type { CollectorMetrics } from './metrics.ts';
import { segmentName, SpoolDirectory } from './spool_directory.ts';
import {
  decodeSegment,
  encodeFrame,
  FRAME_HEADER_BYTES,
  tornAt,
  type DecodedSegment,
  type Frame,
} from './spool_segment.ts';

export interface SpoolOptions {
  readonly directory: string;
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
  >;
  /** Makes the file of a segment, for writing. */
  readonly createFile?: (path: string) => Promise<FileHandle>;
}

/** The spool does not take it: too many bytes in it, or the disk failed. Nothing of it was kept. */
export class SpoolRefusedError extends Error {
  override name = 'SpoolRefusedError';
}

export interface Segment {
  readonly name: string;
  readonly createdMs: number;
  /** What is on the disk for good. */
  bytes: number;
  records: number;
}

interface Waiting extends PromiseWithResolvers<undefined> {
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

interface OpenFile {
  readonly segment: Segment;
  readonly handle: FileHandle;
}

export class Spool {
  readonly id: string;
  private readonly options: SpoolOptions;
  private readonly directory: SpoolDirectory;
  /** Oldest first. */
  private readonly segments: Segment[] = [];
  private file: OpenFile | null = null;
  private nextNumber = 1;
  private corruptBytes = 0;
  /** Accepted and not yet written. */
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  /** Writing to the file and closing it. */
  private readonly turns = new Mutex();

  private constructor(options: SpoolOptions, directory: SpoolDirectory) {
    this.options = options;
    this.directory = directory;
    this.id = directory.id;
  }

  /** Throws when another collector uses the directory. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options, await SpoolDirectory.open(options.directory));
    try {
      await spool.recover();
      return spool;
    } catch (error) {
      spool.directory.close();
      throw error;
    }
  }

  get isEmpty(): boolean {
    return this.segments.length === 0;
  }

  /** Of all files, and of what is about to be written. */
  get bytes(): number {
    return this.segments.reduce((sum, { bytes }) => sum + bytes, this.corruptBytes + this.waitingBytes);
  }

  /** Resolves when the records are on the disk for good. Throws SpoolRefusedError. */
  append(frames: readonly Frame[]): Promise<void> {
    const bytes = frames.reduce((sum, { value }) => sum + FRAME_HEADER_BYTES + value.length, 0);
    if (this.bytes + bytes > this.options.maxBytes) {
      this.options.metrics.spoolRefusals.add(1, { reason: 'full' });
      return Promise.reject(new SpoolRefusedError('the spool is full'));
    }
    const waiting = { frames, bytes, ...Promise.withResolvers<undefined>() };
    this.waiting.push(waiting);
    this.waitingBytes += bytes;
    if (this.waiting.length === 1) void this.turns.run(() => this.writeWaiting());
    return waiting.promise;
  }

  /** The oldest segment, complete: nothing is added to it any more. Null when the spool is empty. */
  async oldest(): Promise<Segment | null> {
    const [oldest] = this.segments;
    if (oldest === undefined) return null;
    await this.turns.run(async () => {
      if (this.file?.segment === oldest) await this.closeFile();
    });
    return oldest;
  }

  /** What can be read of it; what cannot is kept in a file of its own. */
  async read({ name, bytes }: Segment): Promise<readonly Frame[]> {
    const content = (await readFile(this.directory.file(name))).subarray(0, bytes);
    const { damage, frames } = decodeSegment(content);
    if (damage.length > 0) {
      await this.keepAside(name, Buffer.concat(damage.map(([start, end]) => content.subarray(start, end))));
    }
    return frames;
  }

  /** Sets a segment's records aside that Kafka will never take. */
  async refuse(segment: Segment, frames: readonly Frame[]): Promise<void> {
    await this.keepAside(
      `${segment.name}.refused`,
      Buffer.concat(frames.flatMap((frame) => encodeFrame(frame))),
    );
  }

  /** Its records are in Kafka. */
  async remove(segment: Segment): Promise<void> {
    await this.directory.remove(segment.name);
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.tell();
  }

  /** Removes this segment and all before it; nothing when there is none of this name. */
  async removeThrough(name: string): Promise<void> {
    if (!this.segments.some((segment) => segment.name === name)) return;
    for (let removed = ''; removed !== name;) {
      const [oldest] = this.segments;
      if (oldest === undefined) return;
      await this.remove(oldest);
      removed = oldest.name;
    }
  }

  /** What was appended before is on the disk before. */
  async close(): Promise<void> {
    while (this.waiting.length > 0) await this.turns.run(() => Promise.resolve());
    await this.turns.run(() => this.closeFile());
    this.directory.close();
  }

  private async recover(): Promise<void> {
    this.corruptBytes = await this.directory.corruptBytes();
    for (const { name, number, createdMs } of await this.directory.segments()) {
      this.nextNumber = number + 1;
      const content = await readFile(this.directory.file(name));
      const decoded = decodeSegment(content);
      const bytes = await this.cutTornTail(name, content, decoded);
      if (bytes === 0) await this.directory.remove(name);
      else this.segments.push({ name, createdMs, bytes, records: decoded.frames.length });
    }
    const { log, metrics } = this.options;
    metrics.spoolCorruptBytes.set(this.corruptBytes);
    if (!this.isEmpty)
      log.info({ segments: this.segments.length, bytes: this.bytes }, 'spans wait in the spool');
    this.tell();
  }

  private async cutTornTail(name: string, content: Buffer, decoded: DecodedSegment): Promise<number> {
    const { log, metrics } = this.options;
    const end = tornAt(decoded, content.length);
    const torn = content.length - end;
    if (torn === 0) return end;
    metrics.spoolTornBytes.add(torn);
    log.warn(
      { segment: name, bytes: torn },
      'a write into the spool was torn, and never acknowledged: cut off',
    );
    await truncate(this.directory.file(name), end);
    return end;
  }

  private async keepAside(name: string, bytes: Buffer): Promise<void> {
    const { log, metrics } = this.options;
    await this.directory.keepAside(name, bytes);
    this.corruptBytes = await this.directory.corruptBytes();
    metrics.spoolCorruptBytes.set(this.corruptBytes);
    log.error(
      { segment: name, bytes: bytes.length },
      'a part of the spool cannot be sent: kept as *.corrupt',
    );
  }

  private async writeWaiting(): Promise<void> {
    const batch = this.takeWaiting();
    const bytes = batch.reduce((sum, one) => sum + one.bytes, 0);
    // The bytes count as waiting until they are in the segment, or refused.
    try {
      await this.write(
        batch.flatMap(({ frames }) => frames),
        bytes,
      );
      this.waitingBytes -= bytes;
      for (const { resolve } of batch) resolve(undefined);
    } catch (error) {
      this.waitingBytes -= bytes;
      const { log, metrics } = this.options;
      metrics.spoolRefusals.add(batch.length, { reason: 'disk' });
      log.error({ error }, 'the spool could not be written');
      for (const { reject } of batch) {
        reject(new SpoolRefusedError('the spool could not be written', { cause: error }));
      }
    }
    this.tell();
  }

  /** As much as a segment should hold: all of it goes into one. What is left has the next turn. */
  private takeWaiting(): Waiting[] {
    let bytes = 0;
    const end = this.waiting.findIndex((one, at) => {
      bytes += one.bytes;
      return at > 0 && bytes > this.options.segmentBytes;
    });
    const taken = this.waiting.splice(0, end === -1 ? this.waiting.length : end);
    if (this.waiting.length > 0) void this.turns.run(() => this.writeWaiting());
    return taken;
  }

  private async write(frames: readonly Frame[], bytes: number): Promise<void> {
    const { metrics, segmentBytes } = this.options;
    const file = (this.file ??= await this.createFile());
    const { handle, segment } = file;
    try {
      await writeAll(handle, frames, segment.bytes);
      await handle.datasync();
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
    if (segment.records === 0) this.segments.push(segment);
    segment.bytes += bytes;
    segment.records += frames.length;
    metrics.spooledRecords.add(frames.length);
    if (segment.bytes >= segmentBytes) await this.closeFile();
  }

  private async createFile(): Promise<OpenFile> {
    const createdMs = this.options.clock.now();
    const name = segmentName(this.nextNumber++, createdMs);
    const create = this.options.createFile ?? ((path: string) => open(path, 'wx'));
    const handle = await create(this.directory.file(name));
    const file = { segment: { name, createdMs, bytes: 0, records: 0 }, handle };
    try {
      await this.directory.sync();
      return file;
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
  }

  /** After a failed write or sync nobody knows what the file holds behind its last good byte, so it takes no more. */
  private async abandon({ handle, segment }: OpenFile): Promise<void> {
    this.file = null;
    try {
      await handle.truncate(segment.bytes);
      await handle.close();
      if (segment.bytes === 0) await this.directory.remove(segment.name);
    } catch (error) {
      // What is behind the last good byte is not read in this life, and cut off in the next.
      this.options.log.warn({ error, segment: segment.name }, 'a segment of the spool could not be cut');
    }
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = null;
    try {
      await file?.handle.close();
    } catch (error) {
      this.options.log.warn({ error }, 'a segment of the spool did not close');
    }
  }

  private tell(): void {
    const { metrics } = this.options;
    metrics.spoolBytes.set(this.bytes);
    metrics.spoolRecords.set(this.segments.reduce((sum, { records }) => sum + records, 0));
    metrics.spoolOldest.set((this.segments[0]?.createdMs ?? 0) / 1000);
  }
}

async function writeAll(handle: FileHandle, frames: readonly Frame[], position: number): Promise<void> {
  const bytes = Buffer.concat(frames.flatMap((frame) => encodeFrame(frame)));
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
