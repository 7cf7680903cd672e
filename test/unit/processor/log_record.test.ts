import { describe, expect, it } from '@jest/globals';
import { toLogRecord } from '../../../services/processor/log_record.ts';

const incoming = (value: Buffer) => ({ offset: 7, timestampMs: 1_000, value, headers: {} });

describe('the bytes of a record', () => {
  it('are those that were read where hardly anything else lies beside them', () => {
    const batch = Buffer.alloc(10_000, 'x');
    const { value } = toLogRecord(incoming(batch.subarray(1_000)));
    expect(value.buffer).toBe(batch.buffer);
    expect(value).toHaveLength(9_000);
  });

  it('are a copy where they would pin much more', () => {
    const batch = Buffer.alloc(10_000, 'x');
    const { value } = toLogRecord(incoming(batch.subarray(6_000)));
    expect(value.buffer).not.toBe(batch.buffer);
    expect(value).toEqual(Buffer.alloc(4_000, 'x'));
  });
});
