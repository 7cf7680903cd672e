/**
 * The attributes that OpenTelemetry's exporters write as JSON into Zipkin's texts: of events into annotations, of links
 * into tags. Null where the text is no such JSON: it then stays what it is.
 */
import { hasLongInteger } from '../otlp/json_text.ts';
import type { AttributeValue } from '../otlp/span_writer.ts';

export type JsonAttributes = readonly (readonly [string, AttributeValue])[];

/** Of `{"key": value ...}`. Whole numbers are integers. */
export function jsonAttributes(json: string): JsonAttributes | null {
  const object = parseObject(json);
  return object === null ? null : attributesOf(object);
}

/** An object, or null. One with an integer that a double does not hold is none, for it would be altered. */
export function parseObject(json: string): object | null {
  if (!json.startsWith('{') || !json.endsWith('}') || hasLongInteger(json)) return null;
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null where a value is nested so deep that it cannot be written again. */
export function attributesOf(object: object): JsonAttributes | null {
  try {
    return Object.entries(object).map(([key, value]) => [key, attributeValue(value)] as const);
  } catch {
    return null;
  }
}

function attributeValue(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    default:
      return JSON.stringify(value);
  }
}
