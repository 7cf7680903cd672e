/**
 * What the bytes of a dead letter are, as far as they can be read.
 *
 * Dead letters are bad by definition: nothing here throws for what they hold, and nothing grows without a limit.
 */
import { opentelemetry, spanmill } from '../../../proto/generated/index.js';
import { ENCODING_HEADER, ENCODING_ZSTD, SCHEMA_HEADER } from '../../core/contracts.ts';
import { TRACES_RESOURCE_SPANS } from '../../core/otlp/fields.ts';
import { Cursor, readTag, skipValue } from '../../core/wire/cursor.ts';
import { keyHex } from '../../core/wire/keys.ts';
import { decodeServiceEdgeDeltas, decodeSpanMetricDeltas, deltasOf } from '../../platform/avro/codec.ts';
import type { RecordHeaders } from '../../platform/kafka/port.ts';
import { fromZstdSync } from '../../platform/zstd.ts';
import type { Source } from './letter.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const { TraceBatch } = spanmill.v1;

export interface Content {
  /** `TracesData`, `TraceBatch`, `span metric deltas`, `service edge deltas`, or `bytes` where it could not be read. */
  readonly kind: string;
  /** As JSON prints it; null where only a dump is left. */
  readonly json: unknown;
  /** Why it could not be read; empty where it could. */
  readonly problem: string;
}

const MAX_DECOMPRESSED_BYTES = 128 * 1024 * 1024;
const HEX_BYTES_A_LINE = 16;

/** Never throws. */
export function decodeContent(source: Source | null, value: Buffer, headers: RecordHeaders): Content {
  try {
    if (source === 'metrics') return decodeDeltas(value, headers);
    if (source === 'spans' || isBareSpans(source, value, headers)) {
      return { kind: 'TracesData', json: readable(TracesData.decode(value).toJSON()), problem: '' };
    }
    if (source === 'traces') {
      const json = readable(TraceBatch.decode(decompressed(value, headers)).toJSON());
      return { kind: 'TraceBatch', json, problem: '' };
    }
    return { kind: 'bytes', json: null, problem: 'they came from no topic of this pipeline' };
  } catch (error) {
    return { kind: 'bytes', json: null, problem: (error as Error).message };
  }
}

/**
 * Whether a letter of the traces topic holds spans alone: the sink takes a malformed or refused span out of its batch, as a
 * TracesData. Its first field then is of ResourceSpans and no field is of traces; a batch of summaries has traces only.
 */
export function isBareSpans(source: Source | null, value: Uint8Array, headers: RecordHeaders): boolean {
  if (source !== 'traces' || headers[ENCODING_HEADER] !== undefined || value.length === 0) return false;
  try {
    const cursor = new Cursor(value);
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      if (tag !== TRACES_RESOURCE_SPANS) return false;
      skipValue(cursor, tag);
    }
    return true;
  } catch {
    return false;
  }
}

/** `00000010  0a 0b ...  |..text..|`, at most `maxBytes` of it. */
export function hexDump(value: Uint8Array, maxBytes: number): string[] {
  const lines: string[] = [];
  const shown = value.subarray(0, maxBytes);
  for (let at = 0; at < shown.length; at += HEX_BYTES_A_LINE) {
    const row = [...shown.subarray(at, at + HEX_BYTES_A_LINE)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(3 * HEX_BYTES_A_LINE - 1)}  |${text}|`);
  }
  if (value.length > maxBytes) lines.push(`... ${value.length - maxBytes} bytes more`);
  return lines;
}

function decodeDeltas(value: Buffer, headers: RecordHeaders): Content {
  const fingerprint = headers[SCHEMA_HEADER]?.toString() ?? '';
  switch (deltasOf(fingerprint)) {
    case 'spans': {
      const json = decodeSpanMetricDeltas(value, fingerprint).map((delta) => ({
        ...delta,
        exemplars: delta.exemplars.map((exemplar) => ({
          ...exemplar,
          traceId: keyHex(exemplar.traceId),
          spanId: keyHex(exemplar.spanId),
        })),
      }));
      return { kind: 'span metric deltas', json, problem: '' };
    }
    case 'edges':
      return {
        kind: 'service edge deltas',
        json: decodeServiceEdgeDeltas(value, fingerprint),
        problem: '',
      };
    case null:
      throw new Error(`no schema of fingerprint ${fingerprint === '' ? '(none)' : fingerprint}`);
  }
}

function decompressed(value: Buffer, headers: RecordHeaders): Buffer {
  const encoding = headers[ENCODING_HEADER]?.toString();
  if (encoding === undefined) return value;
  if (encoding !== ENCODING_ZSTD) throw new Error(`encoding ${encoding}`);
  return fromZstdSync(value, MAX_DECOMPRESSED_BYTES);
}

const ID_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId']);

/** Ids in hex, as everywhere else; protobufs' JSON has them in base64. */
function readable(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(readable);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      ID_FIELDS.has(name) && typeof value === 'string'
        ? Buffer.from(value, 'base64').toString('hex')
        : readable(value),
    ]),
  );
}
