/** The command line of the query bench, read and checked. Pure. */
import { parseArgs } from 'node:util';
import { ArgumentsError, wholeNumber } from '../../support/command_line.ts';

export interface QueryBenchArguments {
  readonly spans: number;
  readonly hours: number;
  /** How often each question is asked, after the warm-up. */
  readonly rounds: number;
  /** Whether the loaded tables stay, for the next run with as many spans. */
  readonly keepsData: boolean;
  readonly wantsHelp: boolean;
}

export const HELP = `Loads a shop's spans into a ClickHouse of its own and asks the query API what its page asks.

Usage: node test/bench/query/main.ts [options]

  --spans N     spans to load (default 10000000)
  --hours H     over the last so many hours (default 24)
  --rounds R    how often each question is asked, with values drawn anew each time (default 60)
  --keep        keep the tables; a later run with as many spans uses them again
  --help        this text

Exit code 0: every median within its target. 1: some are not, or something failed.
`;

/** Throws ArgumentsError. */
export function readArguments(argv: readonly string[]): QueryBenchArguments {
  const values = parse(argv);
  return {
    spans: wholeNumber('--spans', values.spans ?? '10000000', 1000),
    hours: wholeNumber('--hours', values.hours ?? '24', 1),
    rounds: wholeNumber('--rounds', values.rounds ?? '60', 1),
    keepsData: values.keep === true,
    wantsHelp: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: { spans: text, hours: text, rounds: text, keep: flag, help: flag },
    }).values;
  } catch (error) {
    throw new ArgumentsError((error as Error).message, { cause: error });
  }
}
