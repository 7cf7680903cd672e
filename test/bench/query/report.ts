/** The table of a run, and whether it is good enough. Pure. */
import { renderTable, type Column, type TableOptions } from '../../../services/cli/table.ts';
import type { Answered } from './ask.ts';

const COLUMNS: readonly Column[] = [
  { name: 'question', align: 'left' },
  { name: 'p50 ms', align: 'right' },
  { name: 'target', align: 'right' },
  { name: 'p95', align: 'right' },
  { name: 'max', align: 'right' },
  { name: 'KiB', align: 'right' },
];

export function report(answered: readonly Answered[], options: Omit<TableOptions, 'width'>): string[] {
  const rows = answered.map(({ name, target, p50, p95, max, bytes }) => [
    name,
    p50.toFixed(1),
    target === null ? '' : String(target),
    p95.toFixed(1),
    max.toFixed(1),
    (bytes / 1024).toFixed(1),
  ]);
  const late = tooSlow(answered).map(({ name }) => name);
  return [
    ...renderTable(COLUMNS, rows, { width: Infinity, ...options }),
    late.length === 0 ? 'every median is within its target' : `too slow: ${late.join('; ')}`,
  ];
}

export function tooSlow(answered: readonly Answered[]): readonly Answered[] {
  return answered.filter(({ target, p50 }) => target !== null && p50 > target);
}
