/**
 * Fields of Zipkin's JSON objects. null is absent, an absent field is empty, 0 or false, and a value of another type is a fault
 * that says where it stands: `[2].annotations[0].timestamp: must be ...`.
 */
import { FormatError } from '../otlp/format_error.ts';
import { parseJson } from '../otlp/json_text.ts';
import { hexSpanId, hexTraceId, parentIdOf } from './ids.ts';
import type { Endpoint, ZipkinSpan } from './span.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Where in the body the reader is. */
export class JsonPlace {
  readonly steps: (string | number)[] = [];

  fault(problem: string): FormatError {
    const path = this.steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return new FormatError(`${path}: ${problem}`);
  }
}

/** Throws FormatError where the body is no array of objects. */
export function readSpans(body: Uint8Array, onSpan: (place: JsonPlace, span: JsonObject) => void): void {
  const spans = parseJson(body);
  if (!Array.isArray(spans)) throw new FormatError('request: must be an array of spans');
  readItems(new JsonPlace(), spans, onSpan);
}

/** Of an array of objects, each. */
export function readObjects(
  place: JsonPlace,
  object: JsonObject,
  name: string,
  onObject: (place: JsonPlace, object: JsonObject) => void,
): void {
  const value = object[name] ?? [];
  at(place, name, () => {
    if (!Array.isArray(value)) throw place.fault('must be an array');
    readItems(place, value, onObject);
  });
}

function readItems(
  place: JsonPlace,
  items: readonly unknown[],
  onObject: (place: JsonPlace, object: JsonObject) => void,
): void {
  for (let i = 0; i < items.length; i++) at(place, i, () => onObject(place, objectOf(place, items[i])));
}

function at<T>(place: JsonPlace, step: string | number, read: () => T): T {
  place.steps.push(step);
  const value = read();
  place.steps.pop();
  return value;
}

function objectOf(place: JsonPlace, value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw place.fault('must be an object');
  return value as JsonObject;
}

/** Null where there is none. */
export function objectIn(place: JsonPlace, object: JsonObject, name: string): JsonObject | null {
  const value = object[name] ?? null;
  return value === null ? null : at(place, name, () => objectOf(place, value));
}

export function textIn(place: JsonPlace, object: JsonObject, name: string): string {
  const value = object[name] ?? '';
  if (typeof value !== 'string') throw at(place, name, () => place.fault('must be a string'));
  return value;
}

export function boolIn(place: JsonPlace, object: JsonObject, name: string): boolean {
  const value = object[name] ?? false;
  if (typeof value !== 'boolean') throw at(place, name, () => place.fault('must be true or false'));
  return value;
}

const MAX_INTEGER = 2n ** 63n;

/** A number, of which fractions are dropped, or its digits in a string; as a signed integer of 64 bits. */
export function integerIn(place: JsonPlace, object: JsonObject, name: string): bigint {
  const value = object[name] ?? 0;
  const integer = integerOf(value);
  if (integer === null || integer >= MAX_INTEGER || integer < -MAX_INTEGER) {
    throw at(place, name, () => place.fault('must be a whole number of at most 64 bits'));
  }
  return integer;
}

function integerOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}

export function endpointIn(place: JsonPlace, object: JsonObject, name: string): Endpoint | null {
  const endpoint = objectIn(place, object, name);
  if (endpoint === null) return null;
  return at(place, name, () => ({
    serviceName: textIn(place, endpoint, 'serviceName'),
    ipv4: textIn(place, endpoint, 'ipv4'),
    ipv6: textIn(place, endpoint, 'ipv6'),
    port: portIn(place, endpoint),
  }));
}

const LARGEST_PORT = 0xffffn;

/** What is no port is none. */
function portIn(place: JsonPlace, endpoint: JsonObject): number {
  const port = integerIn(place, endpoint, 'port');
  return port > 0n && port <= LARGEST_PORT ? Number(port) : 0;
}

/** What both versions of the model have in common. */
export function commonFields(
  place: JsonPlace,
  span: JsonObject,
): Pick<ZipkinSpan, 'traceId' | 'parentId' | 'id' | 'name' | 'timestampUs' | 'durationUs' | 'debug'> {
  const id = hexSpanId(textIn(place, span, 'id'));
  return {
    traceId: hexTraceId(textIn(place, span, 'traceId')),
    parentId: parentIdOf(hexSpanId(textIn(place, span, 'parentId')), id),
    id,
    name: textIn(place, span, 'name'),
    timestampUs: integerIn(place, span, 'timestamp'),
    durationUs: integerIn(place, span, 'duration'),
    debug: boolIn(place, span, 'debug'),
  };
}
