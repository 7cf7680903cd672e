import { describe, expect, it } from '@jest/globals';
import { renderTable, type Column } from '../../../services/cli/table.ts';

const COLUMNS: Column[] = [
  { name: 'service', align: 'left' },
  { name: 'calls', align: 'right' },
];
const PLAIN = { width: Infinity, color: false, unicode: true };

describe('renderTable', () => {
  it('aligns text to the left and numbers to the right, under a rule', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['cart', '7'],
          ['storefront', '1,234'],
        ],
        PLAIN,
      ),
    ).toEqual(['service     calls', '──────────  ─────', 'cart            7', 'storefront  1,234']);
  });

  it('shows a header without rows', () => {
    expect(renderTable(COLUMNS, [], PLAIN)).toEqual(['service  calls', '───────  ─────']);
  });

  it('measures wide letters and marks without width as a terminal does', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['日本', '1'],
          ['e\u0301', '2'],
          ['🙂', '3'],
        ],
        PLAIN,
      ),
    ).toEqual([
      'service  calls',
      '───────  ─────',
      '日本         1',
      'e\u0301            2',
      '🙂           3',
    ]);
  });

  it('shows line ends and control characters as escapes', () => {
    expect(renderTable(COLUMNS, [['a\nb\u001b[2J\tc', '1']], PLAIN)[2]).toBe('a\\nb\\u001b[2J\\tc      1');
  });

  it('cuts the widest text columns until the table fits, and never a number', () => {
    const columns: Column[] = [...COLUMNS, { name: 'sql', align: 'left' }];
    const rows = [['a-service-name', '123456789', 'SELECT one, two, three FROM somewhere']];
    expect(renderTable(columns, rows, { ...PLAIN, width: 40 })).toEqual([
      'service             calls  sql',
      '──────────────  ─────────  ─────────────',
      'a-service-name  123456789  SELECT one, …',
    ]);
  });

  it('writes rows as blocks where the columns cannot fit', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['cart', '123456789'],
          ['shop', '2'],
        ],
        { width: 12, color: false, unicode: false },
      ),
    ).toEqual([
      '-- row 1 --',
      'service  cart',
      'calls    123456789',
      '-- row 2 --',
      'service  shop',
      'calls    2',
    ]);
  });

  it('makes the header bold in a terminal', () => {
    expect(renderTable(COLUMNS, [['cart', '7']], { ...PLAIN, color: true })[0]).toBe(
      '\u001b[1mservice  calls\u001b[0m',
    );
  });
});
