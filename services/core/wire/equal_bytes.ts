/** Comparing bytes where they lie: short ranges, many of them, so without an object for a range. */

/** Whether the `length` bytes at `at` of `bytes` are those at `otherAt` of `others`; both have as many. */
export function equalRanges(
  bytes: Uint8Array,
  at: number,
  others: Uint8Array,
  otherAt: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== others[otherAt + i]) return false;
  return true;
}

/** Whether `others[start, end)`, all of it where no range is named, are just these bytes. */
export function equalBytes(bytes: Uint8Array, others: Uint8Array, start = 0, end = others.length): boolean {
  return bytes.length === end - start && equalRanges(bytes, 0, others, start, bytes.length);
}
