/** A moment as people give it on the command line. */
import { InvalidArgumentError } from 'commander';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `15m`, `24h`, `7d` before `nowMs`, or an RFC 3339 time; Unix milliseconds. Throws InvalidArgumentError. */
export function parseMoment(text: string, nowMs: number): number {
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * (UNITS.get(ago[2] ?? '') ?? NaN);
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(moment)) {
    throw new InvalidArgumentError('It must be like 15m, 24h, 7d or 2026-11-21T10:00:00Z.');
  }
  return moment;
}

/** `2026-11-21 10:14:03.123`, UTC. */
export function msText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
}
