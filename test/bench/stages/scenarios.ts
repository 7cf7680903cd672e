/** What is measured: which services run, what they are sent, and how fast. */
import { DEFAULT_TOPIC_OPTIONS } from '../../../services/platform/kafka/topics.ts';
import { ArgumentsError } from '../../support/command_line.ts';
import type { ServiceName } from '../../support/pipeline.ts';
import type { BenchArguments } from './arguments.ts';
import type { CorpusName } from './corpora.ts';
import type { Protocol } from './sender.ts';

export type Stage =
  | 'collector'
  | 'processor'
  | 'sink'
  | 'whole'
  | 'sustained'
  | 'corpora'
  | 'load'
  | 'partitions'
  | 'traces'
  | 'sizes'
  | 'latency';

export interface Scenario {
  readonly stage: Stage;
  readonly name: string;
  readonly services: readonly ServiceName[];
  readonly protocol: Protocol;
  readonly corpus: CorpusName;
  readonly spansPerRequest: number;
  /** Null for as fast as requests are answered. */
  readonly spansPerSecond: number | null;
  readonly partitions: number;
  /** Before anything is measured: code gets hot, and the first traces close. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Settings of the services beside their defaults. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether traces are looked for in ClickHouse, over and over, until they are there. */
  readonly probesDelay: boolean;
  /** Whether the OpenTelemetry Collector can be asked the same. */
  readonly hasPeer: boolean;
  /** Whether the last of the services starts once all has passed those before, and is measured until all has passed it. */
  readonly drains: boolean;
}

const WHOLE: readonly ServiceName[] = ['collector', 'processor', 'sink'];
/** What two cores keep up with beside Kafka, ClickHouse and the load. */
const STEADY = 12_000;
/** A load that waits for answers falls a little behind its rate where nothing is idle. */
const SENDERS_LOSS = 1.002;

const DEFAULTS: Omit<Scenario, 'stage' | 'name'> = {
  services: WHOLE,
  protocol: 'grpc',
  corpus: 'shop',
  spansPerRequest: 512,
  spansPerSecond: STEADY,
  partitions: DEFAULT_TOPIC_OPTIONS.partitions,
  warmUpSeconds: 45,
  seconds: 60,
  settings: {},
  probesDelay: false,
  hasPeer: false,
  drains: false,
};

function scenario(stage: Stage, name: string, differs: Partial<Scenario>): Scenario {
  return { ...DEFAULTS, stage, name, ...differs };
}

const ALONE = {
  services: ['collector'],
  spansPerSecond: null,
  warmUpSeconds: 15,
  seconds: 30,
  hasPeer: true,
} as const;
const BACKLOG = { warmUpSeconds: 20, seconds: 60, drains: true, hasPeer: true } as const;
/** Of spans in traces of three; a million of those are open where each is remembered for four minutes. */
const OPEN_TRACES_RATE = 12_500;
const openForMs = (traces: number): number => (traces * 3 * 1000) / OPEN_TRACES_RATE;

export const SCENARIOS: readonly Scenario[] = [
  scenario('collector', 'OTLP/gRPC, 512 spans a request', ALONE),
  scenario('collector', 'OTLP/gRPC, 50 spans a request', { ...ALONE, spansPerRequest: 50 }),
  scenario('collector', 'OTLP/HTTP, 512 spans a request', { ...ALONE, protocol: 'http' }),
  scenario('processor', 'without the sink, at 40,000 spans/s', {
    ...{ services: ['collector', 'processor'], spansPerSecond: 40_000, hasPeer: true },
  }),
  scenario('processor', 'the processor, draining a backlog', {
    ...{ services: ['collector', 'processor'], spansPerSecond: 40_000, ...BACKLOG },
  }),
  scenario('sink', 'the sink, draining a backlog', { spansPerSecond: 20_000, ...BACKLOG }),
  scenario('whole', 'the whole way', { hasPeer: true }),
  scenario('sustained', 'the whole way, 60,000 spans/s for ten minutes', {
    ...{ spansPerSecond: 60_000 * SENDERS_LOSS, warmUpSeconds: 60, seconds: 600 },
  }),
  scenario('corpora', 'wide spans, events, links', { corpus: 'wide', spansPerSecond: STEADY / 6 }),
  scenario('corpora', 'two spans a trace', { corpus: 'pairs' }),
  ...[1, 2, 4, 8].map((times) =>
    scenario('load', `${times} x 3,000 spans/s`, { spansPerSecond: times * 3_000 }),
  ),
  ...[1, 4, 16, 64].map((partitions) => scenario('partitions', `${partitions} partitions`, { partitions })),
  ...[1_000, 10_000, 100_000, 1_000_000].map((traces) =>
    scenario('traces', `${traces.toLocaleString('en')} open traces of 3 spans`, {
      services: ['collector', 'processor'],
      corpus: 'triples',
      spansPerSecond: OPEN_TRACES_RATE,
      warmUpSeconds: Math.max(45, openForMs(traces) / 1000 + 15),
      settings: { SPANMILL_PROCESSOR_FORGET_MS: String(openForMs(traces)) },
    }),
  ),
  ...(['200 B', '1 KB', '5 KB', '20 KB'] as const).map((corpus, step) =>
    scenario('sizes', `spans of ${corpus}`, {
      corpus,
      spansPerRequest: 64,
      spansPerSecond: STEADY / 4 ** step,
    }),
  ),
  scenario('latency', 'send to visible row, 6,000 spans/s', {
    spansPerSecond: 6_000,
    spansPerRequest: 50,
    probesDelay: true,
  }),
];

export const STAGES: readonly Stage[] = [...new Set(SCENARIOS.map(({ stage }) => stage))];

/** Those of the stages, or of all where none is named, with `only` in their names. Throws ArgumentsError where there are none. */
export function wantedScenarios({ stages, only }: Pick<BenchArguments, 'stages' | 'only'>): Scenario[] {
  const wanted = SCENARIOS.filter(({ stage }) => stages.length === 0 || stages.includes(stage)).filter(
    ({ name }) => name.includes(only),
  );
  if (wanted.length === 0) throw new ArgumentsError(`no scenario of these has "${only}" in its name`);
  return wanted;
}
