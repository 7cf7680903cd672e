/** The command line of the bench, read and checked. Pure. */
import { parseArgs } from 'node:util';
import { ArgumentsError, wholeNumber } from '../../support/command_line.ts';
import { STAGES, type Stage } from './scenarios.ts';

export interface BenchArguments {
  /** Empty for all. */
  readonly stages: readonly Stage[];
  /** Part of the names of the scenarios that are measured; '' for all. */
  readonly only: string;
  /** In place of each scenario's own; null for those. */
  readonly seconds: number | null;
  readonly warmUpSeconds: number | null;
  readonly spansPerSecond: number | null;
  /** Writes a CPU profile of each service. */
  readonly profiles: boolean;
  /** Where the results go; null for a name made of the commit. */
  readonly output: string | null;
  readonly wantsHelp: boolean;
}

export const HELP = `What the pipeline costs: CPU time a span of each process, on real servers of its own, at a load that is stated.

Usage: spanmill bench [stage ...] [options]
       spanmill bench compare A.json B.json

Stages, all by default: ${STAGES.join(', ')}

  --only TEXT     of these, only scenarios with this in their name
  --seconds N     measure for so long, in place of each scenario's own time
  --warm-up N     wait so long before that
  --rate N        spans a second, in place of each scenario's own
  --profile       write a .cpuprofile of each service, to look at in a browser's developer tools
  --output FILE   the results as JSON (default: test-output/bench/COMMIT.json)
  --help          this text

Where OTELCOL names a binary of the OpenTelemetry Collector, it is measured beside (test/bench/peers).
It needs Linux (/proc), some GiB of disk, and a quiet machine: what else runs shows in the figures.
Exit code 0: all was measured. 1: something failed.
`;

/** Throws ArgumentsError. */
export function readArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parse(argv);
  const number = (name: string, value: string | undefined): number | null =>
    value === undefined ? null : wholeNumber(name, value, 1);
  return {
    stages: positionals.map(stageOf),
    only: values.only ?? '',
    seconds: number('--seconds', values.seconds),
    warmUpSeconds: number('--warm-up', values['warm-up']),
    spansPerSecond: number('--rate', values.rate),
    profiles: values.profile === true,
    output: values.output ?? null,
    wantsHelp: values.help === true,
  };
}

function stageOf(name: string): Stage {
  const stage = STAGES.find((one) => one === name);
  if (stage === undefined) throw new ArgumentsError(`stage ${name}: must be one of ${STAGES.join(', ')}`);
  return stage;
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        only: text,
        seconds: text,
        'warm-up': text,
        rate: text,
        output: text,
        profile: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new ArgumentsError((error as Error).message, { cause: error });
  }
}
