/** The time that a client gives its call: `TimeoutValue TimeoutUnit` of gRPC over HTTP2. */

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** What a timer takes; nobody waits for that. */
const LONGEST_MS = 2 ** 31 - 1;

/** Null where it is no such value. */
export function parseGrpcTimeout(text: string): number | null {
  const [, value, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return value === undefined || unitMs === undefined ? null : Math.min(LONGEST_MS, Number(value) * unitMs);
}
