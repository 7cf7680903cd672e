/**
 * A repeated field with a limit, and the count of what was dropped of it, which stands in a field of its own:
 * `dropped_attributes_count`, `dropped_events_count`, `dropped_links_count`.
 */
import type { Cursor } from '../wire/cursor.ts';
import { readVarint32 } from '../wire/cursor.ts';
import { writeVarint32, WireWriter } from '../wire/writer.ts';
import { fill, keepPlace, replace, varint, type Edits } from './edits.ts';

const MAX_UINT32 = 0xffff_ffff;

export class Counted {
  readonly max: number;
  kept = 0;
  dropped = 0;
  /** What the count said, the last time it stood in the message. */
  private before = 0;
  /** The place kept for that count in the edits; -1 where it does not stand in this message. */
  private edit = -1;
  private droppedEarlier = 0;

  constructor(max: number) {
    this.max = max;
  }

  isFull(): boolean {
    return this.kept >= this.max;
  }

  /** Reads the count, whose tag was just read. */
  readCount(edits: Edits, cursor: Cursor): void {
    const start = cursor.pos;
    this.before = readVarint32(cursor);
    this.edit = keepPlace(edits, start, cursor.pos);
  }

  /** Raises the count at the end of the message, where something was dropped. A message that protobuf merges ends more than once. */
  finish(edits: Edits, tag: number, end: number): void {
    const droppedHere = this.dropped - this.droppedEarlier;
    const count = Math.min(MAX_UINT32, this.before + this.dropped);
    if (this.dropped > 0 && this.edit >= 0) fill(edits, this.edit, varint(count));
    else if (droppedHere > 0) replace(edits, end, end, countField(tag, count));
    this.edit = -1;
    this.droppedEarlier = this.dropped;
  }
}

function countField(tag: number, count: number): Uint8Array {
  const writer = new WireWriter();
  writeVarint32(writer, tag);
  writeVarint32(writer, count);
  return writer.take();
}
