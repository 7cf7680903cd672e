/**
 * How long a name may be where it is said again and again: in summaries, edges, critical paths and metric series. The span
 * table has names as they were sent.
 */

export const MAX_NAME_LENGTH = 200;

/** The first 200 characters (UTF-16 units), none of them half a character. */
export function limitName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const last = name.charCodeAt(MAX_NAME_LENGTH - 1);
  const splitsPair = last >= 0xd800 && last < 0xdc00;
  const cut = name.slice(0, MAX_NAME_LENGTH - (splitsPair ? 1 : 0));
  // A copy: a slice would keep all of the long name alive.
  return Buffer.from(cut, 'utf16le').toString('utf16le');
}
