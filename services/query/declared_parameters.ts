/**
 * Parameters as routes declare them: what the OpenAPI document says of one, and how it is read, in one place.
 *
 * Not for reading a value's text (parameters.ts).
 */
import { badRequest } from './problem.ts';
import {
  integerParameter,
  momentParameter,
  tenantParameter,
  textParameter,
  traceIdParameter,
  valuesOf,
  type QueryString,
} from './parameters.ts';
import type { JsonSchema } from './schema.ts';

export interface Parameter<T> {
  readonly in: 'query' | 'path';
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  /** Throws a 400 that names the parameter. */
  readonly read: (values: QueryString, name: string, nowMs: number) => T;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

/** Longer texts are refused: names of services and operations are cut at 200 characters long before. */
const MAX_TEXT = 4096;
const MAX_REPEATS = 20;
const MAX_DURATION_NS = 2 ** 53 - 1;

export const optionalText = (description: string): Parameter<string | null> => ({
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', maxLength: MAX_TEXT },
  read: (values, name) => limited(name, textParameter(values, name)),
});

export const requiredText = (description: string): Parameter<string> => ({
  in: 'query',
  required: true,
  description,
  schema: { type: 'string', minLength: 1, maxLength: MAX_TEXT },
  read: (values, name) => {
    const value = limited(name, textParameter(values, name));
    if (value === null) throw badRequest(`${name} must be given: ${description}`);
    return value;
  },
});

export const wholeNumber = (
  description: string,
  range: { min: number; max: number; otherwise: number },
): Parameter<number> => ({
  in: 'query',
  required: false,
  description,
  schema: { type: 'integer', minimum: range.min, maximum: range.max, default: range.otherwise },
  read: (values, name) => integerParameter(values, name, range),
});

export const oneOf = <const T extends string>(
  description: string,
  options: readonly T[],
): Parameter<T | null> => ({
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', enum: options },
  read: (values, name) => {
    const value = textParameter(values, name);
    if (value === null) return null;
    const option = options.find((one) => one.toLowerCase() === value.toLowerCase());
    if (option === undefined)
      throw badRequest(`${name}=${shown(value)} must be one of ${options.join(', ')}`);
    return option;
  },
});

/** Nanoseconds; null where absent. */
export const duration = (description: string): Parameter<number | null> => ({
  in: 'query',
  required: false,
  description: `${description} Like 250ms, 1.5s, 2m, 80us or 400ns.`,
  schema: { type: 'string', pattern: DURATION.source },
  read: (values, name) => {
    const value = textParameter(values, name);
    return value === null ? null : parseDuration(name, value);
  },
});

/** `key=value` pairs, all of which must hold. */
export const keyValues = (description: string): Parameter<readonly (readonly [string, string])[]> => ({
  in: 'query',
  required: false,
  description: `${description} key=value, exact; given several times, all must hold.`,
  schema: { type: 'array', maxItems: MAX_REPEATS, items: { type: 'string', pattern: '^[^=]+=' } },
  read: (values, name) => {
    const given = valuesOf(values, name);
    if (given.length > MAX_REPEATS) throw badRequest(`${name} may be given ${MAX_REPEATS} times at most`);
    return given.map((value) => keyValue(name, value));
  },
});

export const TENANT: Parameter<string> = {
  in: 'query',
  required: false,
  description: 'Whose data; the default tenant if absent.',
  schema: { type: 'string', maxLength: MAX_TEXT },
  read: (values, name) => limited(name, tenantParameter(values)) ?? '',
};

const momentSchema = (otherwise: string): JsonSchema => ({ type: 'string', default: otherwise });
const MOMENT = 'RFC 3339, Unix seconds, or an age: 15m, 24h, 7d.';

/** Unix milliseconds. */
export const since = (otherwise = '1h'): Parameter<number> => ({
  in: 'query',
  required: false,
  description: `From when, inclusive. ${MOMENT}`,
  schema: momentSchema(otherwise),
  read: (values, name, nowMs) => momentParameter(values, name, nowMs, otherwise),
});
export const UNTIL: Parameter<number> = {
  in: 'query',
  required: false,
  description: `Until when, exclusive; now if absent. ${MOMENT}`,
  schema: momentSchema('0s'),
  read: (values, name, nowMs) => momentParameter(values, name, nowMs, '0s'),
};

export const TRACE_ID: Parameter<string> = {
  in: 'path',
  required: true,
  description: 'Trace id: up to 32 hex digits in either case; leading zeros may be missing.',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{1,32}$' },
  read: (values, name) => traceIdParameter(textParameter(values, name) ?? ''),
};

const DURATION = /^(\d{1,16}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)$/;
const UNIT_NS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

function parseDuration(name: string, value: string): number {
  const [, digits = '', unit = ''] = DURATION.exec(value) ?? [];
  const ns = Math.round(Number(digits) * (UNIT_NS.get(unit) ?? NaN));
  if (digits === '' || ns > MAX_DURATION_NS) {
    throw badRequest(`${name}=${shown(value)} must be a duration like 250ms, 1.5s, 2m, 80us or 400ns`);
  }
  return ns;
}

function keyValue(name: string, pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw badRequest(`${name}=${shown(pair)} must be like http.route=/checkout`);
  limited(name, pair);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function limited(name: string, value: string | null): string | null {
  if (value !== null && value.length > MAX_TEXT) {
    throw badRequest(`${name} has ${value.length} characters; ${MAX_TEXT} are allowed`);
  }
  return value;
}

function shown(value: string): string {
  return value.length <= 64 ? value : `${value.slice(0, 64)}…`;
}
