/**
 * Writes frames into the segments of a spool: on the disk for good before `append` resolves.
 *
 * A file takes what comes until it is large enough or is to be drained. What waits while a write is under way goes into
 * the next one, so one sync serves many requests. Not for the size of the spool, nor for reading it (spool.ts). Values are
 * read, never written, until the promise settles.
 */
import type { Log } from '../platform/log.ts';
import { Mutex } from '../platform/mutex.ts';
import { removeForGood } from './spool_directory.ts';
import type { SpoolDisk, SpoolFile } from './spool_disk.ts';
import { encodeFrame, type Frame } from './spool_segment.ts';

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

export interface SpoolWriterOptions {
  readonly disk: SpoolDisk;
  /** A segment is a transaction: it is closed at this size. */
  readonly segmentBytes: number;
  /** Names a segment, of which nothing is written yet. */
  readonly begin: () => Segment;
  /** These frames are in the segment for good. */
  readonly onWritten: (segment: Segment, records: number) => void;
  /** So many appends found the disk failing. */
  readonly onFailed: (appends: number) => void;
  readonly log: Log;
}

interface Waiting extends PromiseWithResolvers<undefined> {
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

interface OpenFile {
  readonly segment: Segment;
  readonly handle: SpoolFile;
}

export class SpoolWriter {
  private readonly options: SpoolWriterOptions;
  private file: OpenFile | null = null;
  private readonly waiting: Waiting[] = [];
  private unwritten = 0;
  /** Writing to the file and closing it. */
  private readonly turns = new Mutex();

  constructor(options: SpoolWriterOptions) {
    this.options = options;
  }

  /** Accepted, and not yet in a segment or refused. */
  get unwrittenBytes(): number {
    return this.unwritten;
  }

  /** `bytes` is what the frames take on the disk. Throws SpoolRefusedError. */
  append(frames: readonly Frame[], bytes: number): Promise<void> {
    const waiting = { frames, bytes, ...Promise.withResolvers<undefined>() };
    this.waiting.push(waiting);
    this.unwritten += bytes;
    if (this.waiting.length === 1) void this.turns.run(() => this.writeWaiting());
    return waiting.promise;
  }

  /** Nothing is added to this segment any more. */
  complete(segment: Segment): Promise<void> {
    return this.turns.run(async () => {
      if (this.file?.segment === segment) await this.closeFile();
    });
  }

  /** What was appended before is on the disk before. */
  async close(): Promise<void> {
    while (this.waiting.length > 0) await this.turns.run(() => Promise.resolve());
    await this.turns.run(() => this.closeFile());
  }

  private async writeWaiting(): Promise<void> {
    const batch = this.takeWaiting();
    const bytes = batch.reduce((sum, one) => sum + one.bytes, 0);
    try {
      await this.write(
        batch.flatMap(({ frames }) => frames),
        bytes,
      );
      for (const { resolve } of batch) resolve(undefined);
    } catch (error) {
      this.unwritten -= bytes;
      this.options.log.error({ error }, 'the spool could not be written');
      this.options.onFailed(batch.length);
      for (const { reject } of batch) {
        reject(new SpoolRefusedError('the spool could not be written', { cause: error }));
      }
    }
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
    const file = (this.file ??= await this.createFile());
    const { handle, segment } = file;
    try {
      await handle.write(Buffer.concat(frames.flatMap((frame) => encodeFrame(frame))), segment.bytes);
      await handle.sync();
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
    segment.bytes += bytes;
    segment.records += frames.length;
    this.unwritten -= bytes;
    this.options.onWritten(segment, frames.length);
    if (segment.bytes >= this.options.segmentBytes) await this.closeFile();
  }

  private async createFile(): Promise<OpenFile> {
    const { begin, disk } = this.options;
    const segment = begin();
    const file = { segment, handle: await disk.open(segment.name) };
    try {
      await disk.sync();
      return file;
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
  }

  /** After a failed write or sync nobody knows what the file holds behind its last good byte, so it takes no more. */
  private async abandon({ handle, segment }: OpenFile): Promise<void> {
    this.file = null;
    // What is behind the last good byte is not read in this life, and cut off in the next.
    await this.tidy(segment, () => handle.truncate(segment.bytes));
    await this.tidy(segment, () => handle.close());
    if (segment.bytes === 0) await this.tidy(segment, () => removeForGood(this.options.disk, segment.name));
  }

  /** Each step for itself: on a failing disk a file that stays, or stays open, would be one more with every append. */
  private async tidy({ name }: Segment, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.options.log.warn({ error, segment: name }, 'a segment of the spool could not be cut');
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
}
