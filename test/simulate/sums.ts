/** Sums by key. */
export type Sums = Map<string, number[]>;

export function add(sums: Sums, by: readonly unknown[], values: readonly number[]): void {
  const key = by.join(' ');
  const known = sums.get(key);
  if (known === undefined) sums.set(key, [...values]);
  else for (const [i, value] of values.entries()) known[i] = (known[i] ?? 0) + value;
}
