/**
 * Java's `String.hashCode`, made positive as Kafka does it: a group's coordinator leads the partition of
 * `__consumer_offsets` with this number, modulo their count.
 */
export function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash === -0x8000_0000 ? 0 : Math.abs(hash);
}
