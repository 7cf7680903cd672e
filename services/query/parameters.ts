/** Reads the parameters of a request; what cannot be right is a 400 that says what would be. */
import { DEFAULT_TENANT } from '../core/contracts.ts';
import { badRequest } from './problem.ts';

/** As Fastify gives a query string: a name given twice is a list. */
export type QueryString = Readonly<Record<string, string | string[] | undefined>>;

/** All values of a parameter. */
export function valuesOf(query: QueryString, name: string): string[] {
  return [query[name] ?? []].flat().filter((value) => value !== '');
}

/** The one value of a parameter; null where it is absent or empty. */
export function textParameter(query: QueryString, name: string): string | null {
  const value = query[name];
  if (Array.isArray(value)) throw badRequest(`${name} is given ${value.length} times; once is right`);
  return value === undefined || value === '' ? null : value;
}

export function integerParameter(
  query: QueryString,
  name: string,
  { min, max, otherwise }: { min: number; max: number; otherwise: number },
): number {
  const text = textParameter(query, name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw badRequest(`${name}=${text} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Unknown names are faults: a misspelt `since` that is silently ignored gives the wrong figures. */
export function onlyParameters(query: QueryString, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined) throw badRequest(`${unknown} is not known here; there are ${known.join(', ')}`);
}

export function tenantParameter(query: QueryString): string {
  return textParameter(query, 'tenant') ?? DEFAULT_TENANT;
}

/**
 * 32 hex digits in lower case. Upper case is taken, and so are ids that lost their leading zeros or have 64 bits only
 * (Zipkin, Jaeger). Throws a 400.
 */
export function traceIdParameter(text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) {
    throw badRequest(`a trace id has 32 or 16 hex digits, not ${JSON.stringify(text.slice(0, 64))}`);
  }
  const id = text.toLowerCase().padStart(32, '0');
  if (/^0+$/.test(id)) throw badRequest('a trace id is not all zeros');
  return id;
}

/**
 * RFC 3339 (`2026-11-21T10:00:00Z`), Unix seconds, or an age (`15m`, `24h`, `7d`), as Unix milliseconds. Absent, it is an age
 * of `otherwise`. Throws a 400.
 */
export function momentParameter(query: QueryString, name: string, nowMs: number, otherwise: string): number {
  const text = textParameter(query, name) ?? otherwise;
  const moment = parseMoment(text, nowMs);
  if (moment === null || moment < 0 || moment > LAST_MOMENT_MS) {
    throw badRequest(
      `${name}=${text} must be like 2026-11-21T10:00:00Z, 1795255200 (Unix seconds) or 15m (ago)`,
    );
  }
  return moment;
}

/** The end of ClickHouse's DateTime, 2106-02-07. */
const LAST_MOMENT_MS = 0xffff_ffff * 1000;

function parseMoment(text: string, nowMs: number): number | null {
  const age = /^(\d{1,9})([smhd])$/.exec(text);
  if (age !== null) return nowMs - Number(age[1]) * (UNIT_MS.get(age[2] ?? '') ?? NaN);
  if (/^\d{1,10}(\.\d{1,9})?$/.test(text)) return Math.round(Number(text) * 1000);
  if (!RFC_3339.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const RFC_3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;
