/** Ids as Zipkin's formats write them: hex of up to 64 or 128 bits, or bytes. What is no id becomes an empty one. */
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../otlp/fields.ts';
import { equalBytes } from '../wire/equal_bytes.ts';
import { NO_ID } from './span.ts';

const HEX = /^[0-9a-f]+$/i;

/** Up to 32 digits, in either case; leading zeros need not be there. */
export function hexTraceId(text: string): Uint8Array {
  return hexId(text, TRACE_ID_BYTES);
}

/** Up to 16 digits. */
export function hexSpanId(text: string): Uint8Array {
  return hexId(text, SPAN_ID_BYTES);
}

function hexId(text: string, bytes: number): Uint8Array {
  if (text.length > 2 * bytes || !HEX.test(text)) return NO_ID;
  return Buffer.from(text.padStart(2 * bytes, '0'), 'hex');
}

/** 8 or 16 bytes. */
export function traceIdOfBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === TRACE_ID_BYTES) return bytes;
  if (bytes.length !== SPAN_ID_BYTES) return NO_ID;
  const id = new Uint8Array(TRACE_ID_BYTES);
  id.set(bytes, TRACE_ID_BYTES - SPAN_ID_BYTES);
  return id;
}

export function spanIdOfBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length === SPAN_ID_BYTES ? bytes : NO_ID;
}

/** A span is not its own parent, and an id of zeros is none. */
export function parentIdOf(parentId: Uint8Array, id: Uint8Array): Uint8Array {
  return parentId.every((byte) => byte === 0) || equalBytes(parentId, id) ? NO_ID : parentId;
}
