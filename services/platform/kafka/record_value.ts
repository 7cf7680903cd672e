/**
 * What a record that is to be sent carries: a stretch of bytes, or several that are one when read one after the other. Who has them in
 * pieces need not join them, since the client copies them into its batch anyway.
 */
export type RecordValue = Buffer | readonly Uint8Array[];

export function valueBytes(value: RecordValue): number {
  return partsOf(value).reduce((sum, part) => sum + part.length, 0);
}

/** A copy where it is in several parts. */
export function wholeValue(value: RecordValue): Buffer {
  if (value instanceof Uint8Array) return value;
  const [first] = value;
  if (first === undefined || value.length > 1) return Buffer.concat(value);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

export function partsOf(value: RecordValue): readonly Uint8Array[] {
  return value instanceof Uint8Array ? [value] : value;
}
