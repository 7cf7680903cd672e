/**
 * Where the bytes of a record wait until the fragments of its spans are sent.
 *
 * Assembly holds offsets; the store holds bytes, and may move them out of memory (the processor's scratch file). What
 * it does with them never shows in what is sent.
 */

/** A stretch of bytes: `buf[start, end)`. */
export interface ByteRange {
  readonly buf: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** One record's bytes, held until everyone who retained them has released them. */
export interface HeldRecord {
  /** The bytes `[start, end)` of the record, wherever they are now. */
  read(start: number, end: number): ByteRange;
  /** One more span needs the bytes. */
  retain(): void;
  /** One needs them no more. */
  release(): void;
}

export interface RecordStore {
  /** Takes `value` over: nobody changes it from here on. Retained once, for the caller to release. */
  hold(value: Uint8Array): HeldRecord;
}

/** Keeps everything in memory and leaves the counting to the garbage collector. */
export const memoryRecordStore: RecordStore = {
  hold: (value) => ({
    read: (start, end) => ({ buf: value, start, end }),
    retain: () => undefined,
    release: () => undefined,
  }),
};
