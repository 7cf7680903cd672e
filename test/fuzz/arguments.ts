/** The command line of the fuzzer: `--minutes 60 --seed 1 --target zipkin --inputs 20000`. */
import { parseArgs } from 'node:util';

export interface FuzzArguments {
  /** Over all targets together. */
  readonly minutes: number;
  readonly seed: number;
  /** Targets whose name contains this. */
  readonly target: string;
  /** For each target. */
  readonly inputs: number;
}

export const HELP = `Random and mutated input into every decoder.

Usage: node test/fuzz/main.ts [options]

  --minutes M     for all targets together (default 5)
  --seed N        the same seed gives the same inputs (default 1)
  --target PART   only targets whose name contains this
  --inputs N      of a target, at most
  --help          this text

Findings are written to test/fuzz/findings. Exit code 0: none. 1: there are some. 2: the command line is wrong.
`;

/** Throws Error that says what is wrong. */
export function fuzzArguments(argv: readonly string[]): FuzzArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', default: '' },
      inputs: { type: 'string', default: String(Number.MAX_SAFE_INTEGER) },
    },
  });
  return {
    minutes: positive('minutes', values.minutes),
    seed: Math.floor(positive('seed', values.seed)),
    target: values.target,
    inputs: Math.floor(positive('inputs', values.inputs)),
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new RangeError(`--${name} must be a number above 0`);
  return number;
}
