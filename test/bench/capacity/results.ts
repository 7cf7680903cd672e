/** What the simulation gave, as Markdown, and its pictures. Pure. */
import type { Assumptions } from './assumptions.ts';
import { picture } from './chart.ts';
import { DEFAULTS, REBALANCE, type Figures } from './figures.ts';
import { table } from './plan_tables.ts';
import { SIMULATED, type Policy } from './policies.ts';
import type { Outcome } from './simulate.ts';
import { duration, figure, whole } from './units.ts';

export interface Simulated {
  readonly policy: Policy;
  readonly outcome: Outcome;
}

export function resultsTable(all: readonly Simulated[]): string[] {
  return table(
    [
      ...['policy', 'largest lag', 'minutes over 60 s', 'process-hours', 'rebalances', 'partitions moved'],
      'caught up after the zone failed',
    ],
    all.map(({ policy, outcome }) => [
      policy.name,
      duration(outcome.largestLagSeconds),
      whole(outcome.lateMinutes),
      whole(outcome.processHours),
      whole(outcome.rebalances),
      whole(outcome.movedPartitions),
      outcome.caughtUpSeconds === null ? 'not within the run' : duration(outcome.caughtUpSeconds),
    ]),
  );
}

export function settingsOfSimulation(
  figures: Figures,
  assumed: Assumptions,
  meanRate: number,
  seed: number,
): string[] {
  const clock = (hour: number): string =>
    `${String(Math.floor(hour % 24)).padStart(2, '0')}:${String(Math.round((hour % 1) * 60)).padStart(2, '0')}`;
  const end = SIMULATED.failureHour + SIMULATED.failureHours;
  return table(
    ['what', 'value'],
    [
      [
        'load',
        `${whole(meanRate)} spans/s on the mean, ${assumed.peakFactor} times that at ${clock(SIMULATED.peakHour)}, ${SIMULATED.noise * 100} % noise, ${SIMULATED.burstsPerDay} bursts of 15 to 40 % a day`,
      ],
      ['time', `${SIMULATED.hours} h in steps of ${SIMULATED.stepSeconds} s, seed ${seed}`],
      ['a process', `${whole(1e6 / figures.processorMicros)} spans/s at full use`],
      ['a zone is away', `on the second day from ${clock(SIMULATED.failureHour)} to ${clock(end)}`],
      ['session', `${SIMULATED.sessionSeconds} s until the group gives a dead member up`],
      [
        'a partition that moves',
        `stands for ${REBALANCE.movedPauseSeconds} s, then the last ${DEFAULTS.forgetSeconds} s of its log are read again`,
      ],
      ['a new process', `joins after ${SIMULATED.startSeconds} s`],
      [
        'a lost process',
        `autoscaled: started elsewhere after ${SIMULATED.replaceSeconds} s; fixed: back with its zone`,
      ],
      [
        'autoscaler',
        `looks each ${SIMULATED.pollSeconds} s, aims at ${SIMULATED.lagTargetSeconds} s of lag and, where it goes by rate, at ${figure(assumed.utilisation * 100)} % use; goes down by the largest wish of ${SIMULATED.scaleDownSeconds} s`,
      ],
    ],
    1,
  ).map((line, index) => (index === 1 ? '|---|---|' : line));
}

/** What a change of members costs, as a sentence: the replay competes with the load. */
export function replaySentence({ utilisation }: Assumptions): string[] {
  const replay = DEFAULTS.forgetSeconds * utilisation;
  const caughtUp = replay / (1 - utilisation);
  return [
    `At ${figure(utilisation * 100)} % use a process that takes over all its partitions at once reads ${DEFAULTS.forgetSeconds} s of log again in ` +
      `${DEFAULTS.forgetSeconds} x ${utilisation} = ${figure(replay)} s and is at the end of the log after ` +
      `${DEFAULTS.forgetSeconds} x ${utilisation} / (1 - ${utilisation}) = ${figure(caughtUp)} s.`,
  ];
}

export function picturesOf(all: readonly Simulated[]): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const { policy, outcome } of all) {
    if (policy.file === null) continue;
    const { failure } = policy.simulation;
    const title = `${policy.name.charAt(0).toUpperCase()}${policy.name.slice(1)}`;
    pictures.set(`${policy.file}.svg`, picture({ title, minutes: outcome.minutes, failure }));
  }
  return pictures;
}

/** A line a minute, for whoever draws pictures of their own. */
export function series({ minutes }: Outcome): string {
  const rows = minutes.map(
    ({ load, capacity, lagSeconds, processes }, minute) =>
      `${minute},${load.toFixed(0)},${capacity.toFixed(0)},${lagSeconds.toFixed(1)},${processes}`,
  );
  return ['minute,spans_per_second,capacity,lag_seconds,processes', ...rows, ''].join('\n');
}
