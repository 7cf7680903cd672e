/**
 * Which faults come when: made from a seed, so that the same seed gives the same drill. Pure. Each step is one fault, or
 * two at once; the drill lets the pipeline recover between the steps.
 */
import { seeded } from '../support/known_load.ts';
import type { Fault } from './faults/fault.ts';

export interface Step {
  /** One, or two that overlap: the second begins while the first lasts. */
  readonly faults: readonly PlannedFault[];
  /** Undisturbed time before it. */
  readonly pauseMs: number;
}

export interface PlannedFault {
  readonly name: string;
  /** From which it picks its victims. */
  readonly seed: number;
  /** After the beginning of the step. */
  readonly afterMs: number;
  readonly holdMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** Of which steps are made until the time is used up; null for one round of all. */
  readonly minutes: number | null;
  readonly faults: readonly Fault[];
  /** Shorter faults, for a drill of minutes. */
  readonly isShort: boolean;
  readonly outageSeconds: number | null;
}

/** Of a step, beside the faults themselves: what the pipeline usually takes to be well again. */
const RECOVERY_ESTIMATE_MS = 15_000;
const PAUSE_MS = { least: 1_000, most: 4_000 } as const;
const OVERLAP_SHARE = 0.3;
const OUTAGE = 'clickhouse-outage';

export function makeSchedule(options: ScheduleOptions): Step[] {
  const random = seeded(options.seed);
  const budgetMs = options.minutes === null ? null : options.minutes * 60_000;
  const steps: Step[] = [];
  for (let round = 1, usedMs = 0; ; round++) {
    for (const fault of shuffled(options.faults, random)) {
      const step = makeStep(fault, round, options, random);
      usedMs += estimateMs(step);
      // One at least, however short the time.
      if (budgetMs !== null && usedMs > budgetMs && steps.length > 0) return steps;
      steps.push(step);
    }
    if (budgetMs === null || options.faults.length === 0) return steps;
  }
}

export function stepName({ faults }: Step): string {
  return faults.map(({ name }) => name).join(' + ');
}

export function estimateMs({ faults, pauseMs }: Step): number {
  return pauseMs + RECOVERY_ESTIMATE_MS + Math.max(...faults.map(({ afterMs, holdMs }) => afterMs + holdMs));
}

/** The first round has each fault alone: what fails there needs no second one. */
function makeStep(fault: Fault, round: number, options: ScheduleOptions, random: () => number): Step {
  const pauseMs = PAUSE_MS.least + Math.floor(random() * (PAUSE_MS.most - PAUSE_MS.least));
  const first = plan(fault, 0, options, random);
  if (round === 1 || random() > OVERLAP_SHARE) return { faults: [first], pauseMs };
  const others = options.faults.filter(
    ({ touches }) => !touches.some((part) => fault.touches.includes(part)),
  );
  const other = others[Math.floor(random() * others.length)];
  if (other === undefined) return { faults: [first], pauseMs };
  return { faults: [first, plan(other, Math.floor(first.holdMs / 2), options, random)], pauseMs };
}

function plan(
  { name, seconds }: Fault,
  afterMs: number,
  { isShort, outageSeconds }: ScheduleOptions,
  random: () => number,
): PlannedFault {
  const usual = isShort ? seconds.short : seconds.long;
  const held = name === OUTAGE && outageSeconds !== null ? outageSeconds : usual;
  return { name, seed: Math.floor(random() * 0x7fff_ffff), afterMs, holdMs: held * 1000 };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
