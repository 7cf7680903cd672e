/**
 * ClickHouse's TabSeparatedWithNamesAndTypes as a table: every value as ClickHouse writes it, 64-bit numbers included.
 *
 *     names line, types line, then a line a row; cells between tabs, \N is NULL, \t \n \\ and the like are escapes
 */
import type { Column } from './table.ts';

export interface TypedTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export const TYPED_TSV = 'TabSeparatedWithNamesAndTypes';

export function parseTypedTsv(text: string): TypedTable {
  const [names, types, ...rows] = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
  if (names === undefined || types === undefined) return { columns: [], rows: [] };
  return {
    columns: names.map((name, index) => ({
      name: unescape(name),
      align: isNumber(unescape(types[index] ?? '')) ? 'right' : 'left',
    })),
    rows: rows.map((row) => row.map((cell) => (cell === '\\N' ? 'NULL' : unescape(cell)))),
  };
}

/** `UInt64`, `Nullable(Float64)`, `LowCardinality(Nullable(Int8))`, `Decimal(9, 2)`. */
function isNumber(type: string): boolean {
  const inner = type.replace(/^(LowCardinality|Nullable)\((.*)\)$/, '$2').replace(/^Nullable\((.*)\)$/, '$1');
  return /^(U?Int\d+|B?Float\d+|Decimal\d*)\b/.test(inner);
}

function unescape(cell: string): string {
  if (!cell.includes('\\')) return cell;
  return cell.replace(/\\([\s\S])/g, (_, letter: string) => ESCAPED.get(letter) ?? letter);
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['r', '\r'],
  ['n', '\n'],
  ['t', '\t'],
  ['0', '\0'],
]);
