/** The command line of the capacity page, read and checked. Pure. */
import { parseArgs } from 'node:util';
import { ArgumentsError, wholeNumber } from '../../support/command_line.ts';
import { SEED } from './page.ts';

export interface CapacityArguments {
  readonly checks: boolean;
  /** Results of `spanmill bench` to take the figures from; null for those that the page was made from. */
  readonly figures: string | null;
  readonly seed: number;
  /** Where the simulation's series go; null for nowhere. */
  readonly series: string | null;
  readonly wantsHelp: boolean;
}

export const HELP = `Writes docs/capacity.md, its pictures, and docs/capacity_figures.json: what load needs how much of what.

Usage: node test/bench/capacity/main.ts [options]

  --figures FILE   take the figures from this result of \`spanmill bench whole\`, and keep them
  --check          write nothing; exit code 1 where page or pictures are not those of the figures
  --seed N         print another simulation, and write nothing (default: ${SEED}, that of the page)
  --series DIR     also write a CSV file of each simulated policy, a line a minute
  --help           this text
`;

/** Throws ArgumentsError. */
export function readArguments(argv: readonly string[]): CapacityArguments {
  const values = parse(argv);
  return {
    checks: values.check === true,
    figures: values.figures ?? null,
    seed: values.seed === undefined ? SEED : wholeNumber('--seed', values.seed, 0),
    series: values.series ?? null,
    wantsHelp: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: { check: flag, figures: text, seed: text, series: text, help: flag },
    }).values;
  } catch (error) {
    throw new ArgumentsError((error as Error).message, { cause: error });
  }
}
