/**
 * Finds the fields of a protobuf message that is a list: TracesData (ResourceSpans) and Zipkin's ListOfSpans (Span) have one
 * repeated field, so any number of them, one after the other, is such a message again.
 *
 *     [ tag varint | length varint | bytes ]*
 */
import { MAX_ELEMENT_BYTES, SplitError, type Element, type Splitter } from './elements.ts';

const LIST_TAG = 0x0a;
/** Of a length below 2 GiB. */
const MAX_VARINT_BYTES = 5;

export class ProtoSplitter implements Splitter {
  private kept: Buffer[] = [];
  private bytes = 0;
  /** Bytes that the next element needs to be told. */
  private needed = 2;
  private at = 0;

  push(chunk: Buffer): Element[] {
    this.kept.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes < this.needed) return [];
    const all = Buffer.concat(this.kept);
    const elements: Element[] = [];
    let pos = 0;
    for (let end = this.endOf(all, 0); end !== null; end = this.endOf(all, pos)) {
      elements.push({ bytes: all.subarray(pos, end), at: this.at, line: 0 });
      this.at += end - pos;
      pos = end;
    }
    this.kept = [all.subarray(pos)];
    this.bytes = all.length - pos;
    return elements;
  }

  end(): void {
    if (this.bytes > 0) throw new SplitError(`the file ends within what begins at byte ${this.at}`);
  }

  /** Where the element at `pos` ends; null where that is not there yet. */
  private endOf(all: Buffer, pos: number): number | null {
    this.needed = 2;
    if (pos >= all.length) return null;
    if (all[pos] !== LIST_TAG)
      throw new SplitError(`there is no list of spans in protobuf, at byte ${this.at}`);
    let length = 0;
    for (let digit = 0; digit < MAX_VARINT_BYTES; digit++) {
      const byte = all[pos + 1 + digit];
      if (byte === undefined) {
        this.needed = all.length - pos + 1;
        return null;
      }
      length += (byte & 0x7f) * 2 ** (7 * digit);
      if (byte >= 0x80) continue;
      return this.endAt(all, pos, pos + 2 + digit + length);
    }
    throw new SplitError(`the length at byte ${this.at} is none`);
  }

  private endAt(all: Buffer, pos: number, end: number): number | null {
    if (end - pos > MAX_ELEMENT_BYTES) {
      throw new SplitError(`what begins at byte ${this.at} has more than ${MAX_ELEMENT_BYTES} bytes`);
    }
    if (end <= all.length) return end;
    this.needed = end - pos;
    return null;
  }
}
