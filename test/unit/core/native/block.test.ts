import { describe, expect, it } from '@jest/globals';
import { TableRows } from '../../../../services/core/native/block.ts';
import { LowCardinalityColumn } from '../../../../services/core/native/low_cardinality_column.ts';
import { ArrayColumn, MapColumn } from '../../../../services/core/native/nested_columns.ts';
import { uint32Column, Wide64Column } from '../../../../services/core/native/number_columns.ts';
import { StringColumn } from '../../../../services/core/native/string_columns.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const name = (text: string): string =>
  `${text.length.toString(16).padStart(2, '0')}${hex(Buffer.from(text))}`;
const uint64 = (value: number): string => `${value.toString(16).padStart(2, '0')}${'00'.repeat(7)}`;

describe('a block of rows', () => {
  it('is laid out as ClickHouse reads it', () => {
    const key = new LowCardinalityColumn();
    const count = new Wide64Column('UInt64');
    for (const text of ['p', 'q', 'p']) key.appendText(text);
    for (const n of [1, 2, 3]) count.appendNumber(n);
    const block = new TableRows('t', [
      ['k', key],
      ['n', count],
    ]).encode();
    expect(block).toMatchObject({ table: 't', columns: ['k', 'n'], rows: 3 });
    expect(hex(block.bytes)).toBe(
      [
        '0203',
        name('k') + name('LowCardinality(String)') + uint64(1),
        `0006${'00'.repeat(6)}${uint64(2)}${name('p')}${name('q')}${uint64(3)}000100`,
        name('n') + name('UInt64') + uint64(1) + uint64(2) + uint64(3),
      ].join(''),
    );
  });

  it('writes the dictionary version before the ends of a map, and nothing for a dictionary without keys', () => {
    const map = new MapColumn(new LowCardinalityColumn(), new StringColumn());
    map.endRow();
    const block = new TableRows('t', [['m', map]]).encode();
    expect(hex(block.bytes)).toBe(
      `0101${name('m')}${name('Map(LowCardinality(String), String)')}${uint64(1)}${uint64(0)}`,
    );
  });

  it('holds nothing of a record that was rolled back', () => {
    const list = new ArrayColumn(new StringColumn());
    const number = uint32Column();
    const rows = new TableRows('t', [
      ['l', list],
      ['n', number],
    ]);
    const append = (text: string): void => {
      list.elements.appendText(text);
      list.endRow();
      number.append(7);
    };
    append('kept');
    const before = hex(rows.encode().bytes);
    rows.mark();
    append('dropped');
    list.elements.appendText('half a row');
    rows.rollback();
    expect(rows.rows).toBe(1);
    expect(hex(rows.encode().bytes)).toBe(before);
  });

  it('is empty after a reset and gives the same bytes for the same rows', () => {
    const text = new LowCardinalityColumn();
    const rows = new TableRows('t', [['x', text]]);
    text.appendText('a');
    const first = hex(rows.encode().bytes);
    rows.reset();
    expect(rows.rows).toBe(0);
    text.appendText('a');
    expect(hex(rows.encode().bytes)).toBe(first);
  });

  it('refuses columns of different lengths', () => {
    const a = uint32Column();
    a.append(1);
    const rows = new TableRows('t', [
      ['a', a],
      ['b', uint32Column()],
    ]);
    expect(() => rows.encode()).toThrow('t.b has 0 of 1 rows');
  });

  it('knows about how many bytes it will take', () => {
    const text = new StringColumn();
    for (let i = 0; i < 1000; i++) text.appendText(`row ${i}`);
    const rows = new TableRows('t', [['x', text]]);
    expect(rows.encode().bytes.length - rows.byteSize).toBeLessThan(100);
  });
});
