/** The command line of `make interop`. Pure. */
import { ArgumentsError } from '../support/command_line.ts';

export const HELP = `Runs the client libraries of other projects against a whole Spanmill.

  node test/interop/main.ts [--only CLIENT[,CLIENT...]]   without --only: all, and the table is written
  node test/interop/main.ts --help

Python's libraries go to virtual environments, Go's and Java's to folders under .spanmill/interop; a client whose
language the machine lacks is skipped, which is told.`;

export interface InteropArguments {
  readonly wantsHelp: boolean;
  /** Null: all. */
  readonly only: readonly string[] | null;
}

/** Throws ArgumentsError. */
export function readArguments(argv: readonly string[], known: readonly string[]): InteropArguments {
  const [option, list, ...rest] = argv;
  if (option === undefined) return { wantsHelp: false, only: null };
  if (option === '--help' || option === '-h') return { wantsHelp: true, only: null };
  if (option !== '--only' || list === undefined || rest.length > 0) {
    throw new ArgumentsError(`${argv.join(' ')}: see --help`);
  }
  const only = list.split(',');
  const unknown = only.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new ArgumentsError(`no client is named ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return { wantsHelp: false, only };
}
