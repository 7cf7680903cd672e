/** Base-128 varints, also longer than they need be. */
export function varint(value: number | bigint, padding = 0): Uint8Array {
  const out: number[] = [];
  let rest = typeof value === 'number' && value < 2 ** 31 ? value : BigInt.asUintN(64, BigInt(value));
  if (typeof rest === 'number') {
    for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
    out.push(rest);
  } else {
    for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
    out.push(Number(rest));
  }
  for (let i = 0; i < padding; i++) {
    out[out.length - 1] = (out.at(-1) ?? 0) | 0x80;
    out.push(0);
  }
  return Uint8Array.from(out);
}
