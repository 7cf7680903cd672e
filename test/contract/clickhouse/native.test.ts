import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LowCardinalityColumn } from '../../../services/core/native/low_cardinality_column.ts';
import {
  ArrayColumn,
  copyMapRow,
  MapColumn,
  TupleColumn,
} from '../../../services/core/native/nested_columns.ts';
import {
  dateTimeColumn,
  float64Column,
  int16Column,
  uint16Column,
  uint32Column,
  uint8Column,
  Wide64Column,
} from '../../../services/core/native/number_columns.ts';
import { FixedStringColumn, StringColumn } from '../../../services/core/native/string_columns.ts';
import { collidingKeys } from '../../support/colliding_keys.ts';
import { ScratchDatabase } from './scratch_database.ts';

const database = new ScratchDatabase();
beforeAll(() => database.create());
afterAll(() => database.close());

const EDGE_TEXTS = [
  '',
  'a',
  'ü€𝄞',
  'nul\0inside',
  '\0',
  'x'.repeat(127),
  'y'.repeat(128),
  'z'.repeat(65_536),
  '"\\\n\t',
];
const EDGE_INT64 = [
  0n,
  1n,
  -1n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  -1_000_000_000n,
  2n ** 32n,
  -(2n ** 32n),
];

const utf8 = new TextEncoder();
const appendBytes = (column: StringColumn | LowCardinalityColumn, text: string): void => {
  const bytes = utf8.encode(`>${text}<`);
  column.append(bytes, 1, bytes.length - 1);
};
const appendBigInt = (column: Wide64Column, value: bigint): void =>
  column.append(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn));
/** How the server is asked for exact bytes. */
const hexOf = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

describe('the Native encoder against the server', () => {
  it('stores strings byte for byte, from bytes and from text', async () => {
    const fromBytes = new StringColumn();
    const fromText = new StringColumn();
    const shared = new LowCardinalityColumn();
    for (const text of EDGE_TEXTS) {
      appendBytes(fromBytes, text);
      fromText.appendText(text);
      appendBytes(shared, text);
    }
    const rows = await database.storeAndRead(
      [
        ['a', fromBytes],
        ['b', fromText],
        ['c', shared],
      ],
      'hex(a) AS a, hex(b) AS b, hex(c) AS c',
    );
    expect(rows).toEqual(EDGE_TEXTS.map(hexOf).map((hex) => ({ a: hex, b: hex, c: hex })));
  });

  it('stores bytes that are no UTF-8, ids as hex digits and fixed strings', async () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0x80, 0x0a, 0xc3, 0x28, 0x01, 0xfe]);
    const raw = new StringColumn();
    const id = new StringColumn();
    const fixed = new FixedStringColumn(8);
    raw.append(bytes, 0, 8);
    id.appendHex(bytes, 0, 8);
    fixed.append(bytes, 0);
    raw.appendEmpty();
    id.appendHex(bytes, 3, 3);
    fixed.append(new Uint8Array(8), 0);
    const rows = await database.storeAndRead(
      [
        ['raw', raw],
        ['id', id],
        ['fixed', fixed],
      ],
      'hex(raw) AS raw, id, hex(fixed) AS fixed',
    );
    expect(rows).toEqual([
      { raw: 'FF00800AC32801FE', id: 'ff00800ac32801fe', fixed: 'FF00800AC32801FE' },
      { raw: '', id: '', fixed: '0000000000000000' },
    ]);
  });

  it('stores numbers of every width at their limits', async () => {
    const columns = {
      u8: uint8Column(),
      u16: uint16Column(),
      u32: uint32Column(),
      i16: int16Column(),
      f64: float64Column(),
      flag: uint8Column('Bool'),
      kind: uint8Column("Enum8('low' = 0, 'high' = 1)"),
    };
    const append = (u8: number, u16: number, u32: number, i16: number, f64: number, bit: number): void => {
      columns.u8.append(u8);
      columns.u16.append(u16);
      columns.u32.append(u32);
      columns.i16.append(i16);
      columns.f64.append(f64);
      columns.flag.append(bit);
      columns.kind.append(bit);
    };
    append(0, 0, 0, -32_768, -1.5e300, 0);
    append(255, 65_535, 4_294_967_295, 32_767, 5e-324, 1);
    expect(await database.storeAndRead(Object.entries(columns), '*')).toEqual([
      { u8: 0, u16: 0, u32: 0, i16: -32_768, f64: -1.5e300, flag: false, kind: 'low' },
      { u8: 255, u16: 65_535, u32: 4_294_967_295, i16: 32_767, f64: 5e-324, flag: true, kind: 'high' },
    ]);
  });

  it('stores 64-bit integers beyond 2^53 and below zero', async () => {
    const signed = new Wide64Column('Int64');
    const unsigned = new Wide64Column('UInt64');
    for (const value of EDGE_INT64) {
      appendBigInt(signed, value);
      appendBigInt(unsigned, value);
    }
    const rows = await database.storeAndRead(
      [
        ['s', signed],
        ['u', unsigned],
      ],
      '*',
    );
    expect(rows).toEqual(
      EDGE_INT64.map((value) => ({ s: String(value), u: String(BigInt.asUintN(64, value)) })),
    );
  });

  it('takes whole numbers of a double as they are', async () => {
    const values = [
      0,
      -1,
      2 ** 53,
      -(2 ** 53),
      2 ** 32,
      -(2 ** 32),
      2 ** 32 - 1,
      -(2 ** 31),
      1_700_000_000_123_456,
    ];
    const column = new Wide64Column('Int64');
    for (const value of values) column.appendNumber(value);
    const rows = await database.storeAndRead([['n', column]], 'n');
    expect(rows).toEqual(values.map((value) => ({ n: String(value) })));
  });

  it('stores times to the nanosecond', async () => {
    const exact = new Wide64Column('DateTime64(9)');
    const seconds = dateTimeColumn();
    for (const ns of [1_700_000_000_123_456_789n, 1n, 0n]) {
      appendBigInt(exact, ns);
      seconds.append(Number(ns / 1_000_000_000n));
    }
    const rows = await database.storeAndRead(
      [
        ['exact', exact],
        ['seconds', seconds],
      ],
      'toString(toUnixTimestamp64Nano(exact)) AS ns, toUnixTimestamp(seconds) AS s',
    );
    expect(rows).toEqual([
      { ns: '1700000000123456789', s: 1_700_000_000 },
      { ns: '1', s: 0 },
      { ns: '0', s: 0 },
    ]);
  });

  it('stores a dictionary of every index width', async () => {
    for (const keys of [1, 256, 257, 65_536, 65_537]) {
      const column = new LowCardinalityColumn();
      for (let i = 0; i < keys; i++) column.appendText(`key ${i}`);
      column.appendText('key 0');
      const rows = await database.storeAndRead(
        [['k', column]],
        "count() AS c, uniqExact(k) AS u, countIf(k = 'key 0') AS first, sum(k = concat('key ', toString(_part_offset))) AS same",
      );
      expect(rows).toEqual([{ c: String(keys + 1), u: String(keys), first: '2', same: String(keys) }]);
    }
  });

  it('takes a key that stands twice in a dictionary', async () => {
    const keys = collidingKeys(200);
    const twice = [...keys, ...keys.toReversed()];
    const column = new LowCardinalityColumn();
    for (const key of twice) column.append(key, 0, key.length);
    const rows = await database.storeAndRead([['k', column]], 'hex(k) AS k');
    expect(rows).toEqual(twice.map((key) => ({ k: Buffer.from(key).toString('hex').toUpperCase() })));
  });

  it('stores maps, empty ones and none at all', async () => {
    const both = new MapColumn(new LowCardinalityColumn(), new LowCardinalityColumn());
    const text = new MapColumn(new LowCardinalityColumn(), new StringColumn());
    const histogram = new MapColumn(int16Column(), float64Column());
    const never = new MapColumn(new LowCardinalityColumn(), new LowCardinalityColumn());
    const expected = EDGE_TEXTS.map((value, row) => {
      const pairs: Record<string, string> = {};
      for (let i = 0; i < row % 3; i++) {
        both.keys.appendText(`key ${i}`);
        both.values.appendText(`${value} ${i}`);
        text.keys.appendText(`key ${i}`);
        text.values.appendText(`${value} ${i}`);
        histogram.keys.append(i - 1);
        histogram.values.append(row / 4);
        pairs[`key ${i}`] = `${value} ${i}`;
      }
      for (const map of [both, text, histogram, never]) map.endRow();
      const counts = Array.from({ length: row % 3 }, (_, i) => [String(i - 1), row / 4]);
      return { both: pairs, text: pairs, histogram: Object.fromEntries(counts) as object, never: {} };
    });
    const rows = await database.storeAndRead(
      [
        ['both', both],
        ['text', text],
        ['histogram', histogram],
        ['never', never],
      ],
      '*',
    );
    expect(rows).toEqual(expected);
  });

  it('stores arrays, arrays of maps and arrays of tuples, and none at all', async () => {
    const names = new ArrayColumn(new LowCardinalityColumn());
    const attributes = new ArrayColumn(new MapColumn(new LowCardinalityColumn(), new StringColumn()));
    const steps = new ArrayColumn(
      new TupleColumn({
        Service: new StringColumn(),
        SelfTime: new Wide64Column('UInt64'),
        Kind: new LowCardinalityColumn(),
      }),
    );
    const never = new ArrayColumn(new MapColumn(new LowCardinalityColumn(), new StringColumn()));
    for (let row = 0; row < 4; row++) {
      for (let i = 0; i < row; i++) {
        names.elements.appendText(`event ${i}`);
        for (let j = 0; j < i; j++) {
          attributes.elements.keys.appendText(`key ${j}`);
          attributes.elements.values.appendText(String(row));
        }
        attributes.elements.endRow();
        steps.elements.elements.Service.appendText(`service ${i}`);
        steps.elements.elements.SelfTime.appendNumber(1000 * i);
        steps.elements.elements.Kind.appendText('kind');
      }
      for (const column of [names, attributes, steps, never]) column.endRow();
    }
    const rows = await database.storeAndRead(
      [
        ['names', names],
        ['attributes', attributes],
        ['steps', steps],
        ['never', never],
      ],
      '*',
    );
    const step = (i: number) => ({ Service: `service ${i}`, SelfTime: String(1000 * i), Kind: 'kind' });
    expect(rows).toEqual([
      { names: [], attributes: [], steps: [], never: [] },
      { names: ['event 0'], attributes: [{}], steps: [step(0)], never: [] },
      {
        names: ['event 0', 'event 1'],
        attributes: [{}, { 'key 0': '2' }],
        steps: [step(0), step(1)],
        never: [],
      },
      {
        names: ['event 0', 'event 1', 'event 2'],
        attributes: [{}, { 'key 0': '3' }, { 'key 0': '3', 'key 1': '3' }],
        steps: [step(0), step(1), step(2)],
        never: [],
      },
    ]);
  });

  it('reads back random rows, rolled back records left out', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const row = fc.record({
      shared: fc.constantFrom('a', 'b', '', 'ü'),
      text,
      number: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      pairs: fc.uniqueArray(fc.tuple(fc.constantFrom('k1', 'k2', 'k3', ''), text), {
        selector: ([key]) => key,
        maxLength: 4,
      }),
      list: fc.array(text, { maxLength: 3 }),
      dropped: fc.boolean(),
      copied: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (records) => {
        const shared = new LowCardinalityColumn();
        const strings = new StringColumn();
        const numbers = new Wide64Column('Int64');
        const map = new MapColumn(new LowCardinalityColumn(), new LowCardinalityColumn());
        const list = new ArrayColumn(new StringColumn());
        const columns: [string, (typeof all)[number]][] = [];
        const all = [shared, strings, numbers, map, list] as const;
        all.forEach((column, i) => columns.push([`c${i}`, column]));
        const expected: object[] = [];
        let lastPairs: object = {};
        for (const record of records) {
          for (const column of all) column.mark();
          appendBytes(shared, record.shared);
          appendBytes(strings, record.text);
          appendBigInt(numbers, record.number);
          const copies = record.copied && map.rows > 0;
          if (copies) {
            copyMapRow(map, map.rows - 1);
          } else {
            for (const [key, value] of record.pairs) {
              appendBytes(map.keys, key);
              appendBytes(map.values, value);
            }
            map.endRow();
          }
          for (const item of record.list) appendBytes(list.elements, item);
          list.endRow();
          if (record.dropped) {
            for (const column of all) column.rollback();
            continue;
          }
          if (!copies)
            lastPairs = Object.fromEntries(record.pairs.map(([key, value]) => [hexOf(key), hexOf(value)]));
          expected.push({
            a: hexOf(record.shared),
            b: hexOf(record.text),
            c: String(record.number),
            d: lastPairs,
            e: record.list.map(hexOf),
          });
        }
        if (expected.length === 0) return;
        const rows = await database.storeAndRead(
          columns,
          "hex(c0) AS a, hex(c1) AS b, c2 AS c, CAST((arrayMap(k -> hex(k), mapKeys(c3)), arrayMap(v -> hex(v), mapValues(c3))), 'Map(String, String)') AS d, arrayMap(v -> hex(v), c4) AS e",
        );
        expect(rows).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
