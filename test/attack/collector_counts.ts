/** What the collector counted between two looks at its metrics: how an attack was answered. */

const COUNTERS = [
  'spanmill_collector_requests_total',
  'spanmill_connections_refused_total',
  'spanmill_collector_tenant_refusals_total',
];

export type Counts = ReadonlyMap<string, number>;

/** By outcome or reason. */
export function countsOf(metrics: string): Counts {
  const counts = new Map<string, number>();
  for (const line of metrics.split('\n')) {
    const name = COUNTERS.find((one) => line.startsWith(`${one}{`));
    if (name === undefined) continue;
    const reason = /(?:outcome|reason)="([^"]*)"/.exec(line)?.[1] ?? '';
    const what = name.includes('connections') ? `connections over ${reason}` : reason;
    if (name.includes('tenant')) continue;
    counts.set(what, (counts.get(what) ?? 0) + Number(line.split(' ').at(-1)));
  }
  return counts;
}

/** `stored 12, limited 400`: what has grown. */
export function grownText(before: Counts, after: Counts): string {
  return [...after]
    .map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const)
    .filter(([, grown]) => grown > 0)
    .map(([what, grown]) => `${what} ${grown}`)
    .join(', ');
}
