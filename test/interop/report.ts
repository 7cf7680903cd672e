/** The table of clients and features, as Markdown. Pure. */
import { FEATURES, type Feature } from './features.ts';
import type { ClientResult, Outcome } from './outcome.ts';

const CELLS = {
  arrived: '✓',
  'arrived as text': 'text',
  'not in the protocol': '–',
  'not in the client': '·',
  fault: '**✗**',
} as const;

const LEGEND =
  '✓ arrives with its type; text: the protocol or the client makes text of it, and that text arrives; ' +
  '– the protocol has no such thing; · the client cannot send it; **✗** it did not arrive as sent.';

export function table(results: readonly ClientResult[]): string {
  const features = Object.keys(FEATURES) as Feature[];
  const ran = results.filter(({ skipped }) => skipped === null);
  const skipped = results.filter((result) => result.skipped !== null);
  const lines = [
    line(['client', 'protocol', ...features.map((feature) => FEATURES[feature])]),
    line(['---', '---', ...features.map(() => ':-:')]),
    ...ran.map(({ library, protocol, outcomes }) =>
      line([library, protocol, ...features.map((feature) => cell(outcomes[feature]))]),
    ),
    '',
    LEGEND,
  ];
  if (skipped.length > 0) lines.push('', 'Skipped:', '');
  for (const { library, protocol, skipped: why } of skipped) lines.push(`- ${library}, ${protocol}: ${why}`);
  return lines.join('\n');
}

function cell(outcome: Outcome | undefined): string {
  return CELLS[outcome?.is ?? 'not in the client'];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
