/** The table of clients and features, as Markdown. Pure. */
import { FEATURES, type Feature } from './features.ts';
import type { ClientResult, Outcome } from './outcome.ts';
import type { RecordedResult } from './recorded.ts';
import type { Results } from './run_all.ts';

const CELLS = {
  arrived: '✓',
  'arrived as text': 'text',
  'not in the protocol': '–',
  'not in the client': '·',
  fault: '**✗**',
} as const;

const LEGEND =
  '✓ arrives as sent, with its type; text: the protocol or the client makes text of it, and that text arrives; ' +
  '– the protocol has no such thing; · the client does not send it; **✗** it did not arrive as sent. ' +
  'spans: as many as were sent, with ids, parents, names and times; text to bytes: attributes by type; ' +
  'peer: the remote endpoint; shared span: both halves of a B3 span; sampling: the client asks the collector how to sample; ' +
  'stored: every span is one row of ClickHouse, equal in all columns.';

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

/** Recordings of real systems; a line instead where they are not there. */
export function recordedTable(recorded: readonly RecordedResult[]): string {
  if (recorded.length === 0) return 'Recorded traces: skipped, they are not beside the checkout.';
  return [
    line(['recorded trace, as Zipkin v2 JSON', 'spans', 'tags', 'annotations', 'back from the Zipkin API']),
    line(['---', '--:', '--:', '--:', ':-:']),
    ...recorded.map(({ name, spans, tags, annotations, fault }) =>
      line([name, `${spans}`, `${tags}`, `${annotations}`, fault === null ? '✓' : CELLS.fault]),
    ),
  ].join('\n');
}

function cell(outcome: Outcome | undefined): string {
  return CELLS[outcome?.is ?? 'not in the client'];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The same for programs: each outcome is a word, a fault says what is wrong. */
export function json({ clients, recorded }: Results): string {
  const plain = clients.map(({ outcomes, ...client }) => ({ ...client, outcomes: words(outcomes) }));
  return `${JSON.stringify({ clients: plain, recorded }, null, 2)}\n`;
}

function words(outcomes: ClientResult['outcomes']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outcomes).map(([feature, one]) => [
      feature,
      one.is === 'fault' ? `fault: ${one.fault}` : one.is,
    ]),
  );
}
