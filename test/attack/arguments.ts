/** The command line of the attack bench: `--attack slow --seconds 30`. */
import { parseArgs } from 'node:util';

export interface AttackArguments {
  /** Attacks whose name contains one of these, comma-separated. */
  readonly attack: string;
  /** Of each attack, and of the calm before it. */
  readonly seconds: number;
}

/** Throws RangeError. */
export function attackArguments(argv: readonly string[]): AttackArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { attack: { type: 'string', default: '' }, seconds: { type: 'string', default: '30' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 3_600)) throw new RangeError('--seconds must be from 1 to 3600');
  return { attack: values.attack, seconds };
}
