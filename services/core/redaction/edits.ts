/**
 * Changes to a protobuf message that is left as it lies: stretches of it, each with the bytes that stand there instead.
 *
 * A length-delimited field whose content changes needs a new length in front of it. So a place is kept for it when the
 * field is entered (`enter`), and filled when it is left (`leave`), if anything in it has changed. Invariant: edits are in
 * the order of the message and do not overlap. Nothing is copied before `applyEdits`.
 */
import { WireError } from '../wire/cursor.ts';
import { varint32Size, writeVarint32, WireWriter } from '../wire/writer.ts';

/** The message would become too large: hashes can be longer than what they stand for. */
export class GrowthError extends WireError {
  override name = 'GrowthError';
}

const NOTHING = new Uint8Array(0);

export class Edits {
  /** By edit: the stretch of the message, and what stands there instead; null where it stays. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly texts: (Uint8Array | null)[] = [];
  /** Bytes that the message has become longer by. */
  growth = 0;
  /** Edits that change something. */
  changes = 0;
  /** By field entered: its edit, where its content begins, growth and changes before it. */
  readonly fields: number[] = [];
  maxGrowth = Infinity;
}

export function resetEdits(edits: Edits, maxGrowth: number): void {
  edits.starts.length = edits.ends.length = edits.texts.length = edits.fields.length = 0;
  edits.growth = edits.changes = 0;
  edits.maxGrowth = maxGrowth;
}

/** Puts `text` in the place of `[start, end)`, which is behind all edits before. */
export function replace(edits: Edits, start: number, end: number, text: Uint8Array): void {
  const last = edits.starts.length - 1;
  const isRemoval = text.length === 0;
  if (isRemoval && last >= 0 && edits.ends[last] === start && edits.texts[last]?.length === 0) {
    edits.ends[last] = end;
  } else {
    edits.starts.push(start);
    edits.ends.push(end);
    edits.texts.push(text);
  }
  changed(edits, start, end, text);
}

export function remove(edits: Edits, start: number, end: number): void {
  replace(edits, start, end, NOTHING);
}

/** Keeps a place for an edit that is only made later, by `fill`, if at all. Returns its number. */
export function keepPlace(edits: Edits, start: number, end: number): number {
  edits.texts.push(null);
  edits.ends.push(end);
  return edits.starts.push(start) - 1;
}

export function fill(edits: Edits, edit: number, text: Uint8Array): void {
  edits.texts[edit] = text;
  changed(edits, edits.starts[edit] ?? 0, edits.ends[edit] ?? 0, text);
}

/** Enters a field whose length stands at `[lengthStart, contentStart)`. */
export function enter(edits: Edits, lengthStart: number, contentStart: number): void {
  const edit = keepPlace(edits, lengthStart, contentStart);
  edits.fields.push(edit, edits.growth, edits.changes);
}

/** Leaves the field entered last, whose content ends at `end`. */
export function leave(edits: Edits, end: number): void {
  const changes = edits.fields.pop() ?? 0;
  const growth = edits.fields.pop() ?? 0;
  const edit = edits.fields.pop() ?? 0;
  if (edits.changes === changes) {
    truncate(edits, edit);
    return;
  }
  const grown = edits.growth - growth;
  if (grown !== 0) fill(edits, edit, varint(end - (edits.ends[edit] ?? 0) + grown));
}

/** What `undo` goes back to. */
export interface Mark {
  readonly edits: number;
  readonly growth: number;
  readonly changes: number;
  readonly fields: number;
}

export function mark({ starts, growth, changes, fields }: Edits): Mark {
  return { edits: starts.length, growth, changes, fields: fields.length };
}

/** Takes back the edits made and the fields entered since. Only for edits that could not grow into one made before the mark. */
export function undo(edits: Edits, to: Mark): void {
  truncate(edits, to.edits);
  edits.growth = to.growth;
  edits.changes = to.changes;
  edits.fields.length = to.fields;
}

/** The message with all edits made: the same object where there is none. */
export function applyEdits(edits: Edits, message: Uint8Array): Uint8Array {
  if (edits.changes === 0) return message;
  const result = new Uint8Array(message.length + edits.growth);
  let from = 0;
  let to = 0;
  for (let i = 0; i < edits.starts.length; i++) {
    const text = edits.texts[i];
    if (text === null || text === undefined) continue;
    const start = edits.starts[i] ?? 0;
    result.set(message.subarray(from, start), to);
    to += start - from;
    result.set(text, to);
    to += text.length;
    from = edits.ends[i] ?? 0;
  }
  result.set(message.subarray(from), to);
  return result;
}

/** An unsigned 32-bit number as a varint of its own. */
export function varint(value: number): Uint8Array {
  const writer = new WireWriter(varint32Size(value));
  writeVarint32(writer, value);
  return writer.buf;
}

function changed(edits: Edits, start: number, end: number, text: Uint8Array): void {
  edits.growth += text.length - (end - start);
  edits.changes++;
  if (edits.growth > edits.maxGrowth) throw new GrowthError('too large once redacted');
}

function truncate(edits: Edits, length: number): void {
  edits.starts.length = edits.ends.length = edits.texts.length = length;
}
