/**
 * Reading of Kafka's wire format from a buffer: state only, the verbs are functions. Int64 become numbers, which holds
 * for offsets and times; producer ids stay bigint. Bytes are slices.
 */

export interface ByteCursor {
  readonly bytes: Buffer;
  position: number;
}

export function cursorOf(bytes: Buffer): ByteCursor {
  return { bytes, position: 0 };
}

export function readInt8(cursor: ByteCursor): number {
  const value = cursor.bytes.readInt8(cursor.position);
  cursor.position += 1;
  return value;
}

export function readInt16(cursor: ByteCursor): number {
  const value = cursor.bytes.readInt16BE(cursor.position);
  cursor.position += 2;
  return value;
}

export function readInt32(cursor: ByteCursor): number {
  const value = cursor.bytes.readInt32BE(cursor.position);
  cursor.position += 4;
  return value;
}

export function readUint32(cursor: ByteCursor): number {
  return readInt32(cursor) >>> 0;
}

/** As a number. */
export function readInt64(cursor: ByteCursor): number {
  const high = readInt32(cursor);
  return high * 0x1_0000_0000 + readUint32(cursor);
}

export function readBigInt64(cursor: ByteCursor): bigint {
  const value = cursor.bytes.readBigInt64BE(cursor.position);
  cursor.position += 8;
  return value;
}

/** Unsigned varint of up to 53 bits. */
export function readUnsignedVarint(cursor: ByteCursor): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 63; scale *= 128) {
    const byte = cursor.bytes.readUInt8(cursor.position);
    cursor.position += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a varint is too long');
}

/** Zigzag varint. */
export function readVarint(cursor: ByteCursor): number {
  const value = readUnsignedVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Throws RangeError when there are not as many bytes. */
export function readBytes(cursor: ByteCursor, length: number): Buffer {
  const end = cursor.position + length;
  if (length < 0 || end > cursor.bytes.length) throw new RangeError('a length points beyond the end');
  const bytes = cursor.bytes.subarray(cursor.position, end);
  cursor.position = end;
  return bytes;
}

/** Length of a compact array, string or byte field; -1 for null. */
export function readCompactLength(cursor: ByteCursor): number {
  return readUnsignedVarint(cursor) - 1;
}

export function readCompactString(cursor: ByteCursor): string {
  const length = readCompactLength(cursor);
  return length < 0 ? '' : readBytes(cursor, length).toString('utf8');
}

export function skipTaggedFields(cursor: ByteCursor): void {
  for (let count = readUnsignedVarint(cursor); count > 0; count--) {
    readUnsignedVarint(cursor);
    readBytes(cursor, readUnsignedVarint(cursor));
  }
}

/** The elements of a compact array; null reads as empty. Throws RangeError where it claims more than there are bytes. */
export function readCompactArray<T>(cursor: ByteCursor, readElement: (cursor: ByteCursor) => T): T[] {
  const length = Math.max(0, readCompactLength(cursor));
  // Room for all of them is made at once: a few bytes could ask for gigabytes.
  if (length > cursor.bytes.length - cursor.position) throw new RangeError('a count points beyond the end');
  return Array.from({ length }, () => readElement(cursor));
}
