/** What a record of the spans topic is to assembly: for the processor, and for who replays its log to explain it. */
import { CUT_HEADER, DEFAULT_TENANT, TENANT_HEADER } from '../core/contracts.ts';
import type { LogRecord } from '../core/trace/assembly.ts';
import type { IncomingRecord } from '../platform/kafka/port.ts';

export function toLogRecord(record: IncomingRecord): LogRecord {
  return {
    offset: record.offset,
    appendMs: record.timestampMs,
    tenant: record.headers[TENANT_HEADER]?.toString() ?? DEFAULT_TENANT,
    value: ownBytes(record.value),
    cut: record.headers[CUT_HEADER] ?? null,
    ...(record.unreadable !== undefined && { unreadable: record.unreadable }),
  };
}

/** Copied where it is a small part of what it lies in: that would be pinned, all of it, for as long as the slowest trace is open. */
function ownBytes(value: Buffer): Buffer {
  return value.buffer.byteLength <= 2 * value.length ? value : Buffer.from(value);
}
