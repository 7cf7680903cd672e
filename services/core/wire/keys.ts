/**
 * Raw ids as map keys: one character a byte (latin1), made without a detour over hex or a Buffer method. And a hash to look bytes up by.
 */

/** 8 bytes that were read as two halves, little endian. */
export function keyOf64(low: number, high: number): string {
  return String.fromCharCode(
    low & 0xff,
    (low >>> 8) & 0xff,
    (low >>> 16) & 0xff,
    low >>> 24,
    high & 0xff,
    (high >>> 8) & 0xff,
    (high >>> 16) & 0xff,
    high >>> 24,
  );
}

/** The 16 bytes at `at` as a string of 16 characters. */
export function key16(buf: Uint8Array, at: number): string {
  // MEASURED: one string and not two joined, which a map would have to copy first (processor.bench.ts).
  return String.fromCharCode(
    buf[at]!,
    buf[at + 1]!,
    buf[at + 2]!,
    buf[at + 3]!,
    buf[at + 4]!,
    buf[at + 5]!,
    buf[at + 6]!,
    buf[at + 7]!,
    buf[at + 8]!,
    buf[at + 9]!,
    buf[at + 10]!,
    buf[at + 11]!,
    buf[at + 12]!,
    buf[at + 13]!,
    buf[at + 14]!,
    buf[at + 15]!,
  );
}

/** The bytes that a key of `keyOf64` or `key16` stands for. */
export function keyBytes(key: string): Uint8Array {
  return Uint8Array.from(key, (character) => character.charCodeAt(0));
}

/** A key in lower-case hex, as people and ClickHouse write ids. */
export function keyHex(key: string): string {
  let hex = '';
  for (let i = 0; i < key.length; i++) hex += key.charCodeAt(i).toString(16).padStart(2, '0');
  return hex;
}

/**
 * 32 bits over `buf[start, end)` (MurmurHash3 x86_32, seed = length), to look short bytes up by. Not for input that is chosen to
 * collide, nor alone: what is found has to be compared. Of a whole span: trace/span_fingerprint.ts.
 */
export function fingerprint(buf: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24);
    hash = mix(hash, word);
  }
  let tail = 0;
  for (let shift = 0; at < end; at++, shift += 8) tail |= buf[at]! << shift;
  return spread(mix(hash, tail));
}

/** MurmurHash3's step: four more bytes. */
export function mix(hash: number, word: number): number {
  let block = Math.imul(word, 0xcc9e2d51);
  block = (block << 15) | (block >>> 17);
  const mixed = hash ^ Math.imul(block, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's end: every bit of the hash tells of every bit that went in. */
export function spread(hash: number): number {
  let spread = hash ^ (hash >>> 16);
  spread = Math.imul(spread, 0x85ebca6b);
  return spread ^ (spread >>> 13);
}
