/** What a record of the spans topic is to assembly: for the processor, and for who replays its log to explain it. */
import { CUT_HEADER, DEFAULT_TENANT, TENANT_HEADER } from '../core/contracts.ts';
import type { LogRecord } from '../core/trace/assembly.ts';
import type { IncomingRecord } from '../platform/kafka/port.ts';

export function toLogRecord(record: IncomingRecord): LogRecord {
  return {
    offset: record.offset,
    appendMs: record.timestampMs,
    tenant: record.headers[TENANT_HEADER]?.toString() ?? DEFAULT_TENANT,
    // Copied: a slice would pin the whole fetch for as long as its slowest trace is open.
    value: Buffer.from(record.value),
    cut: record.headers[CUT_HEADER] ?? null,
    ...(record.unreadable !== undefined && { unreadable: record.unreadable }),
  };
}
