/** A colour for each service: the same on every page as far as possible, different ones within a page. Pure. */

export const HUES = 12;

/** Position of the colour by name; two names share one only when there are more names than colours. */
export function serviceHues(names: Iterable<string>): ReadonlyMap<string, number> {
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of [...new Set(names)].sort()) {
    let hue = hash(name) % HUES;
    if (taken.size < HUES) while (taken.has(hue)) hue = (hue + 1) % HUES;
    taken.add(hue);
    hues.set(name, hue);
  }
  return hues;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
