import { describe, expect, it } from '@jest/globals';
import { deadLetterSends } from '../../../services/sink/dead_letters.ts';
import type { Unstorable } from '../../../services/sink/record_rows.ts';

const MIB = 1024 * 1024;
const SOURCE = { topic: 'traces', partition: 5, deadLettersTopic: 'dead', deadLetterPartitions: 4 };
const letter = (offset: number, bytes: number): Unstorable => ({
  reason: 'refused',
  error: 'e'.repeat(5_000),
  offset,
  value: Buffer.alloc(bytes, offset),
  headers: { schema: Buffer.from('s') },
});

describe('dead letters', () => {
  it('are nothing to send where there are none', () => {
    expect(deadLetterSends([], SOURCE)).toEqual([]);
  });

  it('carry the bytes, where they came from, why, and what a reader needs', () => {
    const [send] = deadLetterSends([letter(3, 2)], SOURCE);
    expect(send).toEqual({
      topic: 'dead',
      partition: 1,
      records: [
        {
          value: Buffer.from([3, 3]),
          headers: {
            schema: Buffer.from('s'),
            reason: 'refused',
            error: 'e'.repeat(1_000),
            'source.topic': 'traces',
            'source.partition': '5',
            'source.offset': '3',
          },
        },
      ],
    });
  });

  it('are cut into sends that Kafka takes, in their order', () => {
    const sends = deadLetterSends(
      [letter(1, 3 * MIB), letter(2, 2 * MIB), letter(3, MIB), letter(4, 9 * MIB), letter(5, 1)],
      SOURCE,
    );
    expect(sends.map(({ records }) => records.map(({ value }) => value[0]))).toEqual([[1], [2, 3], [4], [5]]);
  });

  it('keep the beginning of what is too large, and say how much there was', () => {
    const [send] = deadLetterSends([letter(1, 17 * MIB)], SOURCE);
    expect(send?.records[0]?.value.length).toBe(16 * MIB);
    expect(send?.records[0]?.headers?.['truncated']).toBe(String(17 * MIB));
  });

  it('are cut by their headers too, and leave out those that no topic would take', () => {
    const headers = {
      tenant: Buffer.alloc(1024),
      schema: Buffer.alloc(MIB),
      other: Buffer.alloc(MIB - 4096),
    };
    const sends = deadLetterSends(
      [1, 2, 3, 4, 5].map((offset) => ({ ...letter(offset, 1), headers })),
      SOURCE,
    );
    expect(sends.map(({ records }) => records.length)).toEqual([4, 1]);
    const [record] = sends[0]?.records ?? [];
    expect(Object.keys(record?.headers ?? {})).not.toContain('schema');
    expect(record?.headers?.['other']).toHaveLength(MIB - 4096);
    expect(record?.headers?.['truncated']).toBe('1');
  });
});
