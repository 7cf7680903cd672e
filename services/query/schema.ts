/**
 * Shapes of answers, written once: the JSON Schema that the OpenAPI document shows, and the type that a handler returns.
 *
 * Only what answers need. Every property is required: what may be absent is null, so that a reader finds each name.
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Schema<T> {
  readonly json: JsonSchema;
  /** Never there: it carries the type. */
  readonly type?: T;
}

export type Infer<S> = S extends Schema<infer T> ? T : never;

const described = (json: JsonSchema, description?: string): JsonSchema =>
  description === undefined ? json : { ...json, description };

export const text = (description?: string): Schema<string> => ({
  json: described({ type: 'string' }, description),
});

export const number = (description?: string): Schema<number> => ({
  json: described({ type: 'number' }, description),
});

export const integer = (description?: string): Schema<number> => ({
  json: described({ type: 'integer' }, description),
});

export const boolean = (description?: string): Schema<boolean> => ({
  json: described({ type: 'boolean' }, description),
});

/** RFC 3339, in UTC. */
export const moment = (description?: string): Schema<string> => ({
  json: described({ type: 'string', format: 'date-time' }, description),
});

/** Whole nanoseconds: a number as long as it is exact, else decimal digits. */
export const nanosecondsSchema = (description?: string): Schema<number | string> => ({
  json: described({ type: ['integer', 'string'], pattern: '^-?[0-9]+$' }, description),
});

export const choice = <const T extends string>(options: readonly T[], description?: string): Schema<T> => ({
  json: described({ type: 'string', enum: options }, description),
});

export const nullable = <T>({ json }: Schema<T>, description?: string): Schema<T | null> => ({
  json: described({ anyOf: [json, { type: 'null' }] }, description),
});

export const array = <T>({ json }: Schema<T>, description?: string): Schema<readonly T[]> => ({
  json: described({ type: 'array', items: json }, description),
});

export const record = <T>(
  { json }: Schema<T>,
  description?: string,
): Schema<Readonly<Record<string, T>>> => ({
  json: described({ type: 'object', additionalProperties: json }, description),
});

export const object = <P extends Readonly<Record<string, Schema<unknown>>>>(
  properties: P,
  description?: string,
): Schema<{ readonly [K in keyof P]: Infer<P[K]> }> => ({
  json: described(
    {
      type: 'object',
      properties: Object.fromEntries(Object.entries(properties).map(([name, { json }]) => [name, json])),
      required: Object.keys(properties),
    },
    description,
  ),
});
