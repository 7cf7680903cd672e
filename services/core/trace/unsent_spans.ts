/**
 * What span_rows.ts keeps of a span until it is sent: where its bytes lie, its header, its operation. Most spans of open runs are sent, so
 * places are few, and those that were given back last, which are in the caches, are taken first.
 */
import type { HeldRecord } from './record_store.ts';
import type { FragmentSpan, SpanHeader, SpanNode } from './run.ts';

/** A span that waits for its fragment: its bytes are `[start, end)` of the held record. */
export interface HeldSpan {
  readonly node: SpanNode;
  readonly header: SpanHeader;
  readonly record: HeldRecord;
  readonly start: number;
  readonly end: number;
}

/** In place of a row of span_rows.ts, or of a place here. */
export const NONE = -1;

const FIRST_PLACES = 1024;

export class UnsentSpans {
  private readonly headers: (SpanHeader | null)[] = [];
  private readonly records: (HeldRecord | null)[] = [];
  private readonly operations: string[] = [];
  /** For each place where its span starts and ends; of a free one the next that is free. */
  private extents = new Int32Array(2 * FIRST_PLACES);
  private used = 0;
  private free = NONE;

  /** The place of a span of `record`. */
  add(header: SpanHeader, operation: string, record: HeldRecord, start: number, end: number): number {
    const place = this.take();
    this.headers[place] = header;
    this.operations[place] = operation;
    this.records[place] = record;
    this.extents[2 * place] = start;
    this.extents[2 * place + 1] = end;
    return place;
  }

  remove(place: number): void {
    this.headers[place] = this.records[place] = null;
    // Names that are all different would be kept for as long as nobody takes their places.
    this.operations[place] = '';
    this.extents[2 * place] = this.free;
    this.free = place;
  }

  header(place: number): SpanHeader {
    return this.headers[place] ?? lost();
  }

  operation(place: number): string {
    return this.operations[place] ?? '';
  }

  /** The span's bytes where they are now, with what else is known of it. */
  fragmentSpan(place: number, node: SpanNode): FragmentSpan {
    const { buf, start, end } = this.record(place).read(this.start(place), this.end(place));
    return { node, header: this.header(place), buf, start, end };
  }

  /** The same for who goes on holding the record. */
  heldSpan(place: number, node: SpanNode): HeldSpan {
    const [start, end] = [this.start(place), this.end(place)];
    return { node, header: this.header(place), record: this.record(place), start, end };
  }

  record(place: number): HeldRecord {
    return this.records[place] ?? lost();
  }

  private start(place: number): number {
    return this.extents[2 * place] ?? 0;
  }

  private end(place: number): number {
    return this.extents[2 * place + 1] ?? 0;
  }

  private take(): number {
    const place = this.free;
    if (place !== NONE) {
      this.free = this.extents[2 * place] ?? NONE;
      return place;
    }
    if (2 * this.used >= this.extents.length) this.grow();
    return this.used++;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.extents.length);
    larger.set(this.extents);
    this.extents = larger;
  }
}

function lost(): never {
  throw new Error('a span that waits to be sent has lost its bytes');
}
