/**
 * A table in plain text: columns aligned, numbers to the right, cut to the terminal's width.
 *
 * Where the columns cannot fit even when cut, each row is written as a block of `name value` lines instead. Cells are
 * given as text; they are made printable here.
 */
import { createStyle } from './style.ts';
import { fit, padEnd, padStart, printable, textWidth } from './text.ts';

export interface Column {
  readonly name: string;
  readonly align: 'left' | 'right';
}

export interface TableOptions {
  /** Infinity where nothing may be cut. */
  readonly width: number;
  readonly color: boolean;
  readonly unicode: boolean;
}

const GAP = '  ';
/** A text column is not cut below this; a number never is. */
const NARROWEST = 8;

/** Lines without a line end. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string[] {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')));
  const widths = columnWidths(columns, cells);
  const narrowed = narrow(columns, widths, options.width);
  return narrowed === null ? blocks(columns, cells, options) : grid(columns, cells, narrowed, options);
}

function columnWidths(columns: readonly Column[], cells: readonly (readonly string[])[]): number[] {
  return columns.map((column, index) =>
    cells.reduce(
      (widest, row) => Math.max(widest, textWidth(row[index] ?? '')),
      textWidth(printable(column.name)),
    ),
  );
}

/** Takes from the widest text column until the row fits; null where it cannot. */
function narrow(columns: readonly Column[], widths: readonly number[], limit: number): number[] | null {
  const narrowed = [...widths];
  let excess = narrowed.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1)) - limit;
  while (excess > 0) {
    const widest = widestText(columns, narrowed);
    if (widest === null) return null;
    const { index, next } = widest;
    const cut = Math.min(excess, Math.max(1, (narrowed[index] ?? 0) - next));
    narrowed[index] = (narrowed[index] ?? 0) - cut;
    excess -= cut;
  }
  return narrowed;
}

/** The widest text column that may still be cut, the last of equals as keys stand first, and how far it is worth cutting in one go. */
function widestText(
  columns: readonly Column[],
  widths: readonly number[],
): { index: number; next: number } | null {
  const open = widths
    .map((width, index) => ({ width, index }))
    .filter(({ width, index }) => columns[index]?.align === 'left' && width > NARROWEST)
    .sort((a, b) => b.width - a.width || b.index - a.index);
  const [first, second] = open;
  if (first === undefined) return null;
  return { index: first.index, next: second?.width ?? NARROWEST };
}

function grid(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  options: TableOptions,
): string[] {
  const style = createStyle(options.color);
  const ellipsis = options.unicode ? '…' : '~';
  const line = (row: readonly string[]) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = fit(row[index] ?? '', width, ellipsis);
        return column.align === 'right' ? padStart(text, width) : padEnd(text, width);
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((width) => (options.unicode ? '─' : '-').repeat(width)).join(GAP);
  const names = columns.map((column) => printable(column.name));
  return [style.bold(line(names)), style.dim(rule), ...cells.map(line)];
}

function blocks(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  options: TableOptions,
): string[] {
  const style = createStyle(options.color);
  const names = columns.map((column) => printable(column.name));
  const nameWidth = names.reduce((widest, name) => Math.max(widest, textWidth(name)), 0);
  const dash = options.unicode ? '─' : '-';
  return cells.flatMap((row, number) => [
    style.dim(`${dash.repeat(2)} row ${number + 1} ${dash.repeat(2)}`),
    ...names.map((name, index) =>
      `${style.bold(padEnd(name, nameWidth))}${GAP}${row[index] ?? ''}`.trimEnd(),
    ),
  ]);
}
