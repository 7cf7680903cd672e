/** How the processors of one plan may be run, to be compared: only what a policy is about differs from the others. Pure. */
import type { Assumptions } from './assumptions.ts';
import type { Autoscaling } from './autoscale.ts';
import { DEFAULTS, REBALANCE, type Figures } from './figures.ts';
import { cores, type Plan } from './plan.ts';
import type { Simulation } from './simulate.ts';

export interface Policy {
  /** Of its picture; null for none. */
  readonly file: string | null;
  readonly name: string;
  readonly simulation: Simulation;
}

/** What the simulation assumes, beside ASSUMPTIONS. */
export const SIMULATED = {
  hours: 48,
  stepSeconds: 5,
  peakHour: 14,
  noise: 0.03,
  burstsPerDay: 6,
  /** On the second day, half an hour before the peak. */
  failureHour: 37.5,
  failureHours: 1.5,
  /** As docker-compose.yml sets `group.consumer.session.timeout.ms`. */
  sessionSeconds: 6,
  /** The broker's default of it. */
  defaultSessionSeconds: 45,
  /** Scheduling, image and start; machines are there. */
  startSeconds: 30,
  /** Kubernetes: 40 s until a node is given up, 300 s until its pods are. */
  replaceSeconds: 340,
  pollSeconds: 30,
  scaleDownSeconds: 300,
  slowScaleDownSeconds: 900,
  lagTargetSeconds: 30,
  /** Of a fleet that is just enough for the peak. */
  fullUse: 0.95,
};

export function policies(figures: Figures, assumed: Assumptions, plan: Plan, seed: number): Policy[] {
  const base = everywhere(figures, assumed, plan, seed);
  return [...fixedPolicies(figures, plan, base), ...scaledPolicies(figures, assumed, plan, base)];
}

/** What all have in common: the plan's fleet, and a zone that fails. */
function everywhere(figures: Figures, assumed: Assumptions, plan: Plan, seed: number): Simulation {
  return {
    hours: SIMULATED.hours,
    day: { ...SIMULATED, meanRate: plan.meanRate, peakFactor: assumed.peakFactor, seed },
    group: {
      ...{ partitions: plan.kafka.partitions, stepSeconds: SIMULATED.stepSeconds },
      ...{ movedPauseSeconds: REBALANCE.movedPauseSeconds, forgetSeconds: DEFAULTS.forgetSeconds },
      spansPerSecond: 1e6 / figures.processorMicros,
    },
    fleet: {
      ...{ zones: assumed.zones, sessionSeconds: SIMULATED.sessionSeconds },
      ...{ startSeconds: SIMULATED.startSeconds, replaceSeconds: null },
    },
    processes: plan.processor.processes,
    autoscaling: null,
    failure: {
      ...{ zone: 1, begin: SIMULATED.failureHour * 3600 },
      end: (SIMULATED.failureHour + SIMULATED.failureHours) * 3600,
    },
  };
}

function fixedPolicies({ processorMicros }: Figures, { peakRate, kafka }: Plan, base: Simulation): Policy[] {
  const full = Math.ceil(cores(peakRate, processorMicros) / SIMULATED.fullUse);
  const justEnough = evenly(full, kafka.partitions);
  const { defaultSessionSeconds: sessionSeconds } = SIMULATED;
  return [
    {
      ...{ file: 'fixed_peak', name: `fixed at ${justEnough}, just enough for the peak` },
      simulation: { ...base, processes: justEnough },
    },
    { file: 'fixed_zone', name: `fixed at ${base.processes}, a zone to spare`, simulation: base },
    {
      ...{ file: null, name: `the same, sessions of ${sessionSeconds} s` },
      simulation: { ...base, fleet: { ...base.fleet, sessionSeconds } },
    },
  ];
}

function scaledPolicies(figures: Figures, assumed: Assumptions, plan: Plan, fixed: Simulation): Policy[] {
  const base = { ...fixed, fleet: { ...fixed.fleet, replaceSeconds: SIMULATED.replaceSeconds } };
  const byLag: Autoscaling = {
    ...{ pollSeconds: SIMULATED.pollSeconds, scaleDownSeconds: SIMULATED.scaleDownSeconds },
    ...{ lagSeconds: SIMULATED.lagTargetSeconds, ratePerProcess: null },
    ...{ least: 2 * assumed.zones, most: 2 * plan.processor.processes },
  };
  const byBoth: Autoscaling = { ...byLag, ratePerProcess: base.group.spansPerSecond * assumed.utilisation };
  // Chosen on a day when what is the mean now was the peak.
  const few = Math.ceil(cores(plan.meanRate, figures.processorMicros) / assumed.utilisation);
  const { slowScaleDownSeconds: scaleDownSeconds } = SIMULATED;
  return [
    { file: 'scaled_lag', name: 'autoscaled by lag alone', simulation: { ...base, autoscaling: byLag } },
    {
      ...{ file: 'scaled_few', name: `autoscaled by rate and lag, only ${few} partitions` },
      simulation: { ...base, autoscaling: byBoth, group: { ...base.group, partitions: few } },
    },
    {
      ...{ file: 'scaled', name: `autoscaled by rate and lag, ${base.group.partitions} partitions` },
      simulation: { ...base, autoscaling: byBoth },
    },
    {
      ...{ file: null, name: `the same, going down by the wishes of ${scaleDownSeconds / 60} min` },
      simulation: { ...base, autoscaling: { ...byBoth, scaleDownSeconds } },
    },
  ];
}

/** The most that the busiest does is its share of partitions, rounded up: as few processes as keep that to what `count` even ones have. */
function evenly(count: number, partitions: number): number {
  return Math.ceil(partitions / Math.max(1, Math.floor(partitions / count)));
}
