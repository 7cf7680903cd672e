/** The command line of the attack bench: `--attack slow --seconds 30`. */
import { parseArgs } from 'node:util';

export interface AttackArguments {
  /** Attacks whose name contains one of these, comma-separated. */
  readonly attack: string;
  /** Of each attack, and of the calm before it. */
  readonly seconds: number;
}

export const HELP = `What floods, bombs and slow clients do to a collector, and what another tenant feels of it.

Usage: node test/attack/main.ts [options]

  --attack A,B    only attacks whose name contains one of these
  --seconds N     of each attack, and of the calm before it (default 30)
  --help          this text

On a Kafka and a collector of its own; each attack is a process, bounded, and sends to this machine only.
Exit code 0: nothing was lost, memory within its line. 1: not so, or something failed. 2: the command line is wrong.
`;

/** Throws Error that says what is wrong. */
export function attackArguments(argv: readonly string[]): AttackArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { attack: { type: 'string', default: '' }, seconds: { type: 'string', default: '30' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 3_600)) throw new RangeError('--seconds must be from 1 to 3600');
  return { attack: values.attack, seconds };
}
