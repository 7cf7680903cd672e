/** The result of a chaos drill as Markdown: a row for each kind of fault, and what the audit found. Pure. */
import type { AuditResult, AuditSums, WindowAudit } from './audit.ts';

export interface FaultWindow {
  readonly fault: string;
  readonly startedAtMs: number;
  readonly healedAtMs: number;
  /** Null where it never did. */
  readonly recoveredAtMs: number | null;
}

const SPAN_SUMS = ['sent', 'answered', 'unknown', 'refused', 'lost', 'doubled'] as const;

/** What each finding counts, in the order in which it is told. */
const FINDINGS: readonly (readonly [keyof AuditSums, string])[] = [
  ['lost', 'spans answered with success and not stored'],
  ['rejected', 'good spans that a collector turned away for good'],
  ['doubled', 'spans stored more than once'],
  ['doubledInLog', 'of these: repeated after their trace was forgotten'],
  ['strangers', 'rows that nobody sent, or that were refused'],
  ['altered', 'spans stored otherwise than sent'],
  ['splits', 'traces in more fragments than the log justifies'],
  ['summaries', 'summaries that disagree with their spans'],
  ['metricWindows', 'metric windows (10 s, 1 m, 1 h) that disagree with the spans'],
  ['edges', 'edge windows (10 s, 1 m) that disagree with the spans'],
  ['poisonsUnexplained', 'poisons without a dead letter or with two, and dead letters without a poison'],
];

export function reportTable(result: AuditResult, windows: readonly FaultWindow[]): string {
  const rows = windows.map((window, i) => ({ window, audit: result.perWindow[i] ?? NOTHING }));
  const faults = [...Map.groupBy(rows, ({ window }) => window.fault)].map(([fault, of]) =>
    line([
      ...[fault, of.length],
      ...SPAN_SUMS.map((name) => count(of.reduce((sum, { audit }) => sum + audit[name], 0))),
      ...recoveries(of.map(({ window }) => window)),
    ]),
  );
  const spans = (audit: WindowAudit) => SPAN_SUMS.map((name) => count(audit[name]));
  const { sums, outside } = result;
  return [
    line(['fault', 'times', ...SPAN_SUMS, 'recovery s, median', 'worst']),
    line(['---', ...Array<string>(SPAN_SUMS.length + 3).fill('---:')]),
    ...faults,
    line(['(no fault)', '', ...spans(outside), '', '']),
    line(['**sum**', windows.length, ...spans(sums).map((text) => `**${text}**`), '', '']),
    '',
    line(['found by the audit', 'count']),
    line(['---', '---:']),
    ...FINDINGS.map(([name, meaning]) => line([meaning, count(sums[name])])),
    '',
  ].join('\n');
}

/** Of the spans that were sent while nothing was wrong, the least share that must have been answered. */
const LEAST_ANSWERED = 0.9;

/** What the audit found, in words, with examples; a pipeline that answers nobody loses nothing, and is found as well. */
export function brokenPromises({ sums, outside, examples }: AuditResult): string[] {
  const found = FINDINGS.filter(([name]) => sums[name] !== 0).map(([name]) => `${name}: ${sums[name]}`);
  found.push(...examples.map((example) => `for example ${example}`));
  if (sums.answered === 0) found.push('no span was sent and answered: this proves nothing');
  if (outside.answered < LEAST_ANSWERED * outside.sent) {
    found.push(
      `only ${outside.answered} of ${outside.sent} spans that were sent while nothing was wrong were answered`,
    );
  }
  return found;
}

const NOTHING: WindowAudit = { sent: 0, answered: 0, unknown: 0, refused: 0, lost: 0, doubled: 0 };

/** From the moment the fault was healed. One that never recovered is the worst there is. */
function recoveries(windows: readonly FaultWindow[]): [string, string] {
  const seconds = windows
    .map(({ healedAtMs, recoveredAtMs }) =>
      recoveredAtMs === null ? Infinity : Math.max(recoveredAtMs - healedAtMs, 0) / 1000,
    )
    .sort((a, b) => a - b);
  const text = (value: number) => (value === Infinity ? 'never' : value.toFixed(1));
  return [text(seconds[Math.floor((seconds.length - 1) / 2)] ?? 0), text(seconds.at(-1) ?? 0)];
}

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const count = (value: number): string => value.toLocaleString('en-US');
