/**
 * Links, which the OpenTelemetry Collector writes as the tags `otlp.link.0`, `otlp.link.1` ...:
 *
 *     traceId|spanId|traceState|{"key": value}|droppedAttributes
 *
 * A tag that says anything else stays a tag.
 */
import { droppedCount } from './event.ts';
import { hexSpanId, hexTraceId } from './ids.ts';
import { jsonAttributes, type JsonAttributes } from './json_attributes.ts';

export interface Link {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState: string;
  readonly attributes: JsonAttributes;
  readonly droppedAttributes: number;
}

const LINK_KEY = /^otlp\.link\.(\d{1,4})$/;

/** The number of the link that a tag of this key is, or null. */
export function linkNumber(key: string): number | null {
  const digits = LINK_KEY.exec(key)?.[1];
  return digits === undefined ? null : Number(digits);
}

const IDS = /^([0-9a-f]{32})\|([0-9a-f]{16})\|/i;

export function linkOf(text: string): Link | null {
  const [ids, traceId, spanId] = IDS.exec(text) ?? [];
  if (ids === undefined || traceId === undefined || spanId === undefined) return null;
  // A trace state may hold a |, JSON begins with a brace that it does not follow.
  const stateEnd = text.indexOf('|{', ids.length - 1);
  const jsonEnd = text.lastIndexOf('}|');
  if (stateEnd < 0 || jsonEnd < stateEnd) return null;
  const attributes = jsonAttributes(text.slice(stateEnd + 1, jsonEnd + 1));
  const droppedAttributes = droppedCount(text.slice(jsonEnd + 2));
  if (attributes === null || droppedAttributes === null) return null;
  return {
    traceId: hexTraceId(traceId),
    spanId: hexSpanId(spanId),
    traceState: text.slice(ids.length, stateEnd),
    attributes,
    droppedAttributes,
  };
}
