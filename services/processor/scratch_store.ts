/**
 * Holds the records of open traces within a budget of memory: what is over it goes to scratch files, oldest first,
 * and is read back when its spans are sent.
 *
 * The files need no durability (the log is the truth): each is unlinked as soon as it is open, and its disk space is
 * free once the last span in it is released. Reads and writes are synchronous: they meet the page cache, and assembly
 * never waits. When the disk takes no more, records stay in memory and `onDiskFull` is told.
 */
import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteRange, HeldRecord, RecordStore } from '../core/trace/record_store.ts';

export interface ScratchOptions {
  readonly directory: string;
  /** Bytes of records kept in memory. */
  readonly budgetBytes: number;
  /** A scratch file is closed for writing at this size. */
  readonly fileBytes: number;
  readonly onDiskFull: (error: unknown) => void;
  /** Called with every change of either. */
  readonly onChange: (residentBytes: number, spilledBytes: number) => void;
}

export class ScratchStore implements RecordStore {
  private readonly options: ScratchOptions;
  /** Records in memory, oldest first. */
  private readonly resident = new Set<ScratchRecord>();
  private file: ScratchFile | null = null;
  private filesMade = 0;
  residentBytes = 0;
  spilledBytes = 0;

  constructor(options: ScratchOptions) {
    this.options = options;
  }

  hold(value: Uint8Array): HeldRecord {
    const record = new ScratchRecord(this, value);
    this.resident.add(record);
    this.residentBytes += value.length;
    if (this.residentBytes > this.options.budgetBytes) this.spill();
    this.tellChange();
    return record;
  }

  /** Called by a record that nobody needs any more. */
  drop(record: ScratchRecord): void {
    if (record.place === null) {
      this.resident.delete(record);
      this.residentBytes -= record.length;
    } else {
      this.spilledBytes -= record.length;
      this.releaseFile(record.place.file);
    }
    this.tellChange();
  }

  private tellChange(): void {
    this.options.onChange(this.residentBytes, this.spilledBytes);
  }

  private spill(): void {
    for (const record of this.resident) {
      if (this.residentBytes <= this.options.budgetBytes) return;
      try {
        record.place = this.write(record.bytes);
      } catch (error) {
        this.options.onDiskFull(error);
        return;
      }
      record.forgetBytes();
      this.resident.delete(record);
      this.residentBytes -= record.length;
      this.spilledBytes += record.length;
    }
  }

  private write(bytes: Uint8Array): Place {
    const file = this.currentFile();
    const offset = file.size;
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file.descriptor, bytes, written, bytes.length - written, offset + written);
    }
    file.size += bytes.length;
    file.records++;
    return { file, offset };
  }

  private currentFile(): ScratchFile {
    if (this.file !== null && this.file.size < this.options.fileBytes) return this.file;
    const { directory } = this.options;
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `scratch-${process.pid}-${this.filesMade++}`);
    const descriptor = openSync(path, 'wx+');
    unlinkSync(path);
    const full = this.file;
    this.file = { descriptor, size: 0, records: 0 };
    if (full?.records === 0) closeSync(full.descriptor);
    return this.file;
  }

  private releaseFile(file: ScratchFile): void {
    file.records--;
    if (file.records === 0 && file !== this.file) closeSync(file.descriptor);
  }
}

interface ScratchFile {
  readonly descriptor: number;
  size: number;
  /** Records in it that are still needed. */
  records: number;
}

interface Place {
  readonly file: ScratchFile;
  readonly offset: number;
}

class ScratchRecord implements HeldRecord {
  readonly length: number;
  /** Where the bytes are when they are not in memory. */
  place: Place | null = null;
  private readonly store: ScratchStore;
  private value: Uint8Array;
  private retained = 1;

  constructor(store: ScratchStore, value: Uint8Array) {
    this.store = store;
    this.value = value;
    this.length = value.length;
  }

  get bytes(): Uint8Array {
    return this.value;
  }

  forgetBytes(): void {
    this.value = NO_BYTES;
  }

  read(start: number, end: number): ByteRange {
    if (this.place === null) return { buf: this.value, start, end };
    const buf = new Uint8Array(end - start);
    for (let done = 0; done < buf.length;) {
      const { file, offset } = this.place;
      const read = readSync(file.descriptor, buf, done, buf.length - done, offset + start + done);
      if (read === 0) throw new Error('scratch file is shorter than what was written to it');
      done += read;
    }
    return { buf, start: 0, end: buf.length };
  }

  retain(): void {
    this.retained++;
  }

  release(): void {
    this.retained--;
    if (this.retained === 0) this.store.drop(this);
  }
}

const NO_BYTES = new Uint8Array(0);
