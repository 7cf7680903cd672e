/**
 * Parameters of a query string as other tools' servers read them: the first of several counts, unknown ones are nobody's
 * business (a newer client sends more than we know), and an empty one is absent.
 */
import { valuesOf, type QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';

export function firstOf(query: QueryString, name: string): string | null {
  return valuesOf(query, name)[0] ?? null;
}

/** A whole number, clipped to what there can be of it; throws a 400. */
export function wholeNumber(
  query: QueryString,
  name: string,
  { min, max, otherwise }: { min: bigint; max: bigint; otherwise: bigint },
): bigint {
  const text = firstOf(query, name);
  if (text === null) return otherwise;
  if (!/^[+-]?\d{1,19}$/.test(text)) {
    throw badRequest(
      `unable to parse param '${name}': ${JSON.stringify(text.slice(0, 64))} is no whole number`,
    );
  }
  const value = BigInt(text);
  return value < min ? min : value > max ? max : value;
}

/** How many of something: at least one. */
export function countParameter(
  query: QueryString,
  name: string,
  { max, otherwise }: { max: number; otherwise: number },
): number {
  const value = Number(
    wholeNumber(query, name, { min: -1n, max: BigInt(max), otherwise: BigInt(otherwise) }),
  );
  if (value < 1) throw badRequest(`unable to parse param '${name}': it must be at least 1`);
  return value;
}

/** The end of ClickHouse's DateTime, 2106-02-07: no moment asked for lies behind it. */
export const LAST_MS = 0xffff_ffffn * 1000n;
export const LAST_NS = LAST_MS * 1_000_000n;

export function clipNs(ns: bigint): bigint {
  return ns < 0n ? 0n : ns > LAST_NS ? LAST_NS : ns;
}
