import { describe, expect, it } from '@jest/globals';
import { TableRows } from '../../../../services/core/native/block.ts';
import { LowCardinalityColumn } from '../../../../services/core/native/low_cardinality_column.ts';
import { ArrayColumn, MapColumn, RowEnds } from '../../../../services/core/native/nested_columns.ts';
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

  it('holds the same for a text and for its bytes, of any length', () => {
    for (const length of [0, 1, 127, 128, 129, 16_383, 16_384, 70_000]) {
      for (const text of ['x'.repeat(length), 'ü'.repeat(length >> 1)]) {
        const [texts, bytes] = [new StringColumn(), new StringColumn()];
        const source = Buffer.from(text);
        for (let row = 0; row < 3; row++) {
          texts.appendText(text);
          bytes.append(source, 0, source.length);
        }
        const blocks = [texts, bytes].map((column) => new TableRows('t', [['c', column]]).encode());
        expect(hex(blocks[0]?.bytes ?? Buffer.alloc(0))).toBe(hex(blocks[1]?.bytes ?? Buffer.alloc(0)));
      }
    }
  });

  it('finds a text again that it has, and forgets it with the rest', () => {
    const column = new LowCardinalityColumn();
    const source = Buffer.from('p');
    const block = (): string => hex(new TableRows('t', [['k', column]]).encode().bytes);
    column.append(source, 0, 1);
    column.appendText('p');
    column.appendText('p');
    const expected = block();
    expect(expected.endsWith(`${uint64(1)}${name('p')}${uint64(3)}000000`)).toBe(true);
    column.reset();
    column.appendText('q');
    expect(block().endsWith(`${uint64(1)}${name('q')}${uint64(1)}00`)).toBe(true);
  });

  it('closes the rows of columns that share their ends at once, and rolls them back together', () => {
    const ends = new RowEnds();
    const [left, right] = [new ArrayColumn(uint32Column(), ends), new ArrayColumn(uint32Column(), ends)];
    const rows = new TableRows('t', [
      ['l', left],
      ['r', right],
    ]);
    const append = (...values: number[]): void => {
      for (const value of values) {
        left.elements.append(value);
        right.elements.append(value);
      }
      right.endRow();
    };
    append(1, 2);
    const before = hex(rows.encode().bytes);
    rows.mark();
    append(3);
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
