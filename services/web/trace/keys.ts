/** The keys of the trace view, with what the help says of them. Pure. */

export const KEY_HELP: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'the span above, below'],
  ['→ ←', 'open it or go into it; collapse it or go to its parent'],
  ['Home End', 'the first span, the last'],
  ['Page Up, Page Down', 'twenty spans up, down'],
  ['Enter', 'show or hide the details of the span'],
  ['/', 'find in the trace; Enter goes on to the next match'],
  ['n N', 'the next match, the one before'],
  ['e', 'the next error'],
  ['f', 'flame graph or waterfall'],
  ['+ − 0', 'zoom in on the span, zoom out, the whole trace'],
  ['Escape', 'close what is open'],
  ['?', 'this list'],
];

export type KeyAction =
  | { readonly move: number }
  | 'first'
  | 'last'
  | 'in'
  | 'out'
  | 'details'
  | 'find'
  | 'next-match'
  | 'previous-match'
  | 'next-error'
  | 'flame'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-all'
  | 'close'
  | 'help';

const ACTIONS: ReadonlyMap<string, KeyAction> = new Map<string, KeyAction>([
  ['ArrowDown', { move: 1 }],
  ['ArrowUp', { move: -1 }],
  ['PageDown', { move: 20 }],
  ['PageUp', { move: -20 }],
  ['Home', 'first'],
  ['End', 'last'],
  ['ArrowRight', 'in'],
  ['ArrowLeft', 'out'],
  ['Enter', 'details'],
  ['/', 'find'],
  ['n', 'next-match'],
  ['N', 'previous-match'],
  ['e', 'next-error'],
  ['f', 'flame'],
  ['+', 'zoom-in'],
  ['=', 'zoom-in'],
  ['-', 'zoom-out'],
  ['0', 'zoom-all'],
  ['Escape', 'close'],
  ['?', 'help'],
]);

export const actionOf = (key: string): KeyAction | null => ACTIONS.get(key) ?? null;

/** These belong to the rows alone: elsewhere they scroll, or press a button. */
const OF_ROWS: ReadonlySet<string> = new Set([
  'ArrowDown',
  'ArrowUp',
  'PageDown',
  'PageUp',
  'Home',
  'End',
  'ArrowRight',
  'ArrowLeft',
  'Enter',
]);

export const isOfRows = (key: string): boolean => OF_ROWS.has(key);

/** The next of some rows after one, around the end; null where there is none. */
export function nextAfter(
  order: readonly number[],
  wanted: ReadonlySet<number>,
  from: number | null,
  step: 1 | -1,
): number | null {
  const start = from === null ? (step === 1 ? -1 : 0) : order.indexOf(from);
  for (let i = 1; i <= order.length; i++) {
    const index = order[(((start + i * step) % order.length) + order.length) % order.length];
    if (index !== undefined && wanted.has(index)) return index;
  }
  return null;
}
