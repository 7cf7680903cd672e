/** The command line of a drill, read and checked. Pure. */
import { parseArgs } from 'node:util';
import { ArgumentsError, wholeNumber } from '../support/command_line.ts';
import { KAFKA_CLIENTS } from '../support/kafka_clients.ts';
import { FAULTS, SHORT_DRILL } from './faults/all.ts';
import type { Fault } from './faults/fault.ts';

export interface DrillArguments {
  readonly seed: number;
  /** Null for one round of the faults. */
  readonly minutes: number | null;
  readonly faults: readonly Fault[];
  readonly isShort: boolean;
  readonly outageSeconds: number | null;
  readonly spansPerSecond: number;
  /** Whether the data of a drill that failed stay with its logs. */
  readonly keepsData: boolean;
  /** By which client the services speak to Kafka. */
  readonly client: KafkaClient;
}

export type KafkaClient = (typeof KAFKA_CLIENTS)[number];

export type Wish = { readonly do: 'help' | 'list' } | ({ readonly do: 'drill' } & DrillArguments);

const DEFAULT_SPANS_PER_SECOND = 400;

export const HELP = `Runs the whole pipeline on this machine, breaks it on purpose, and counts what came through.

Usage: spanmill chaos [options]

  --seed N             which drill: the same seed gives the same faults in the same order (default 1)
  --minutes M          faults until the time is used up, two at once after the first round (default: each fault once)
  --faults A,B         only these
  --short              one fault of each kind, kept short: under five minutes in all
  --outage-seconds S   how long clickhouse-outage lasts (default 60)
  --rate R             spans a second (default ${DEFAULT_SPANS_PER_SECOND})
  --client NAME        the Kafka client of the services: ${KAFKA_CLIENTS.join(' or ')} (default ${KAFKA_CLIENTS[0]})
  --keep               keep the data of a drill that failed, not only its logs
  --list               the faults
  --help               this text

Exit code 0: nothing lost, nothing doubled, all figures right, no process over its memory. Otherwise 1, and the logs stay.
`;

/** Throws ArgumentsError. */
export function readArguments(argv: readonly string[]): Wish {
  const { values } = parse(argv);
  if (values.help === true) return { do: 'help' };
  if (values.list === true) return { do: 'list' };
  const isShort = values.short === true;
  return {
    do: 'drill',
    seed: wholeNumber('--seed', values.seed ?? '1', 0),
    minutes: values.minutes === undefined ? null : wholeNumber('--minutes', values.minutes, 1),
    faults: chosen(values.faults?.split(',') ?? (isShort ? SHORT_DRILL : null)),
    isShort,
    outageSeconds:
      values['outage-seconds'] === undefined
        ? null
        : wholeNumber('--outage-seconds', values['outage-seconds'], 1),
    keepsData: values.keep === true,
    client: clientNamed(values.client ?? KAFKA_CLIENTS[0]),
    spansPerSecond: wholeNumber('--rate', values.rate ?? String(DEFAULT_SPANS_PER_SECOND), 1),
  };
}

export function listText(): string {
  const width = Math.max(...FAULTS.map(({ name }) => name.length));
  return FAULTS.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}\n`).join('');
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    ...{ seed: text, minutes: text, faults: text, client: text, 'outage-seconds': text, rate: text },
    ...{ short: flag, keep: flag, list: flag, help: flag },
  };
  try {
    return parseArgs({ args: [...argv], options });
  } catch (error) {
    throw new ArgumentsError((error as Error).message, { cause: error });
  }
}

function clientNamed(name: string): KafkaClient {
  const client = KAFKA_CLIENTS.find((one) => one === name);
  if (client !== undefined) return client;
  throw new ArgumentsError(`there is no Kafka client "${name}": ${KAFKA_CLIENTS.join(', ')}`);
}

function chosen(names: readonly string[] | null): readonly Fault[] {
  if (names === null) return FAULTS;
  return names.map((name) => {
    const fault = FAULTS.find((one) => one.name === name.trim());
    if (fault !== undefined) return fault;
    throw new ArgumentsError(`there is no fault "${name}": spanmill chaos --list shows them`);
  });
}
