/**
 * An annotation as an event. OpenTelemetry's exporters put an event's attributes into the text, each in its own way:
 *
 *     "name": {"key": value}         as the specification has it (Java without the space)
 *     {"name": {"key": value}}       Python
 *     name|{"key": value}|0          the OpenTelemetry Collector; the number counts dropped attributes
 *
 * Any other text is the event's name.
 */
import {
  attributesOf,
  isObject,
  jsonAttributes,
  parseObject,
  type JsonAttributes,
} from './json_attributes.ts';

export interface EventText {
  readonly name: string;
  readonly attributes: JsonAttributes;
  readonly droppedAttributes: number;
}

export function eventOf(text: string): EventText {
  return specifiedForm(text) ?? objectForm(text) ?? collectorForm(text) ?? bare(text);
}

function bare(name: string): EventText {
  return { name, attributes: [], droppedAttributes: 0 };
}

function specifiedForm(text: string): EventText | null {
  if (!text.startsWith('"') || !text.endsWith('}')) return null;
  const end = endOfString(text);
  if (text[end + 1] !== ':') return null;
  const attributes = jsonAttributes(text.slice(end + 2).trimStart());
  if (attributes === null) return null;
  try {
    const name = JSON.parse(text.slice(0, end + 1)) as string;
    return { name, attributes, droppedAttributes: 0 };
  } catch {
    return null;
  }
}

/** Where the closing quote of the string at the beginning is. */
function endOfString(text: string): number {
  let at = 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function objectForm(text: string): EventText | null {
  const object = parseObject(text);
  const [only, ...others] = object === null ? [] : Object.entries(object);
  if (only === undefined || others.length > 0 || !isObject(only[1])) return null;
  const attributes = attributesOf(only[1]);
  return attributes === null ? null : { name: only[0], attributes, droppedAttributes: 0 };
}

function collectorForm(text: string): EventText | null {
  const jsonStart = text.indexOf('|{');
  const jsonEnd = text.lastIndexOf('}|');
  if (jsonStart < 0 || jsonEnd < jsonStart) return null;
  const droppedAttributes = droppedCount(text.slice(jsonEnd + 2));
  const attributes = jsonAttributes(text.slice(jsonStart + 1, jsonEnd + 1));
  if (droppedAttributes === null || attributes === null) return null;
  return { name: text.slice(0, jsonStart), attributes, droppedAttributes };
}

const LARGEST_COUNT = 0xffff_ffff;

/** A count of 32 bits, or null. */
export function droppedCount(digits: string): number | null {
  const count = /^\d{1,10}$/.test(digits) ? Number(digits) : Infinity;
  return count <= LARGEST_COUNT ? count : null;
}
