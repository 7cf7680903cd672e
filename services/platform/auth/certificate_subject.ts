/** The subject of a client certificate, in a form that can be compared: its parts in the order of the alphabet. */

/** As Node gives a peer's certificate: a part that comes several times is a list. */
export type PeerSubject = Readonly<Record<string, string | string[] | undefined>>;

export function canonicalSubject(subject: PeerSubject): string {
  const parts = Object.entries(subject).flatMap(([key, value]) =>
    [value ?? []].flat().map((one): readonly [string, string] => [key.toUpperCase(), one]),
  );
  return canonical(parts);
}

/** `CN=gateway, O=Shop`, a comma within a value as `\,`. Null where it is no such text. */
export function parseSubject(text: string): string | null {
  const parts: (readonly [string, string])[] = [];
  for (const part of text.split(/(?<!\\),/)) {
    const [, key, value] = /^\s*([A-Za-z][A-Za-z0-9.]*)\s*=\s*(.*\S)\s*$/.exec(part) ?? [];
    if (key === undefined || value === undefined) return null;
    parts.push([key.toUpperCase(), value.replaceAll('\\,', ',')]);
  }
  return canonical(parts);
}

function canonical(parts: readonly (readonly [string, string])[]): string {
  return JSON.stringify(parts.map(([key, value]) => `${key}=${value}`).sort());
}
