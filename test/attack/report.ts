/** The table of the attack bench. */
import { quantile, type VictimAnswers } from './victim.ts';

export interface AttackResult {
  readonly attack: string;
  readonly does: string;
  /** What the attacker saw. */
  readonly seen: string;
  /** What the collector counted, the victim's requests included. */
  readonly counted: string;
  readonly alone: VictimAnswers;
  readonly attacked: VictimAnswers;
  /** Spans that were answered with success and are not in Kafka. */
  lost: number;
  readonly rssBytes: number;
}

const COLUMNS = [
  ...['attack', 'answered', 'p50 alone / attacked, ms', 'p99 alone / attacked, ms', 'ratio'],
  ...['retried', 'failed', 'lost spans', 'most memory, MB'],
];

export function attackTable(results: readonly AttackResult[]): string {
  const rows = results.map((result) => {
    const { alone, attacked } = result;
    const at = (share: number): string =>
      `${of(alone, share).toFixed(0)} / ${of(attacked, share).toFixed(0)}`;
    return [
      `${result.attack}: ${result.does}`,
      result.counted,
      at(0.5),
      at(0.99),
      (of(attacked, 0.99) / of(alone, 0.99)).toFixed(2),
      String(attacked.retries),
      String(attacked.failed),
      String(result.lost),
      (result.rssBytes / 1024 / 1024).toFixed(0),
    ];
  });
  const separator = COLUMNS.map((_, index) => (index < 2 ? '---' : '---:'));
  return [COLUMNS, separator, ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

const of = ({ latenciesMs }: VictimAnswers, share: number): number => quantile(latenciesMs, share);
