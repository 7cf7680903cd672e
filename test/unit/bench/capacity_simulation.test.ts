import { describe, expect, it } from '@jest/globals';
import { Autoscaler, type Autoscaling } from '../../bench/capacity/autoscale.ts';
import { dailyCurve } from '../../bench/capacity/day.ts';
import { simulate, type Outcome, type Simulation } from '../../bench/capacity/simulate.ts';

const CALM: Simulation = {
  hours: 3,
  day: { meanRate: 1_000, peakFactor: 1, peakHour: 12, noise: 0, burstsPerDay: 0, seed: 1 },
  group: { partitions: 12, stepSeconds: 5, spansPerSecond: 400, movedPauseSeconds: 0.5, forgetSeconds: 30 },
  fleet: { zones: 3, startSeconds: 30, sessionSeconds: 6, replaceSeconds: null },
  processes: 3,
  autoscaling: null,
  failure: null,
};
const FAILURE = { zone: 1, begin: 3_600, end: 7_200 };

function expectConserved({ produced, processed, backlog }: Outcome): void {
  expect(Math.abs(produced - processed - backlog) / produced).toBeLessThan(1e-9);
}

describe('the simulated group', () => {
  it('has no lag under a constant load below its capacity', () => {
    const outcome = simulate(CALM);
    expect(outcome).toMatchObject({ largestLagSeconds: 0, lateMinutes: 0, rebalances: 0, processHours: 9 });
    expect(outcome.minutes).toHaveLength(180);
    expect(outcome.backlog).toBeCloseTo(0);
    expectConserved(outcome);
  });

  it('falls behind by what it cannot do', () => {
    const outcome = simulate({ ...CALM, processes: 2 });
    // 800 of 1,000 spans a second are done, so a fifth of three hours is left.
    expect(outcome.largestLagSeconds).toBeCloseTo(0.2 * 3 * 3600, 3);
    expect(outcome.backlog).toBeCloseTo(0.2 * outcome.produced);
    expectConserved(outcome);
  });

  it('has no use for more processes than partitions', () => {
    const group = { ...CALM.group, partitions: 2 };
    const [two, ten] = [2, 10].map((processes) => simulate({ ...CALM, group, processes }));
    expect(ten?.largestLagSeconds).toBeGreaterThan(2_000);
    expect(ten?.largestLagSeconds).toBe(two?.largestLagSeconds);
    expect(ten?.minutes.at(-1)?.capacity).toBe(800);
  });

  it('is as fast as its busiest process where partitions do not deal out evenly', () => {
    const group = { ...CALM.group, partitions: 4 };
    // Of four partitions one process has two: 500 spans a second of its 400.
    expect(simulate({ ...CALM, group }).largestLagSeconds).toBeGreaterThan(0.19 * 3 * 3600);
    expect(simulate({ ...CALM, group, processes: 4 }).largestLagSeconds).toBe(0);
  });

  it('loses a zone with headroom, waits for the session, replays, and catches up', () => {
    const outcome = simulate({ ...CALM, processes: 6, failure: FAILURE });
    expect(outcome.rebalances).toBe(2);
    // The third that died, and a third that goes to those who come back.
    expect(outcome.movedPartitions).toBe(8);
    expect(outcome.largestLagSeconds).toBeGreaterThan(6);
    expect(outcome.largestLagSeconds).toBeLessThan(60);
    expect(outcome.caughtUpSeconds).toBeLessThan(120);
    expectConserved(outcome);
  });

  it('is behind for longer the more of the log a new owner reads again', () => {
    const [none, half, whole] = [0, 30, 60].map((forgetSeconds) =>
      simulate({ ...CALM, processes: 6, failure: FAILURE, group: { ...CALM.group, forgetSeconds } }),
    );
    // Of six processes two died, so each of the others takes one partition, beside its own two: 250 spans a second of its 400.
    // Without a replay 10 s are missed (two steps), 833 spans, which are done after 833 / 150 = 5.6 s.
    expect(none?.caughtUpSeconds).toBeLessThan(20);
    expect(half?.caughtUpSeconds).toBeGreaterThan(20);
    expect(whole?.caughtUpSeconds).toBeGreaterThan((half?.caughtUpSeconds ?? 0) + 10);
    expect(half?.largestLagSeconds).toBeGreaterThan(none?.largestLagSeconds ?? 0);
    expect(whole?.largestLagSeconds).toBeGreaterThan(half?.largestLagSeconds ?? 0);
    for (const outcome of [none, half, whole]) if (outcome !== undefined) expectConserved(outcome);
  });

  it('waits longer for a longer session', () => {
    const [short6, long45] = [6, 45].map((sessionSeconds) =>
      simulate({ ...CALM, processes: 6, failure: FAILURE, fleet: { ...CALM.fleet, sessionSeconds } }),
    );
    expect(long45?.largestLagSeconds).toBeGreaterThan((short6?.largestLagSeconds ?? 0) + 30);
  });

  it('loses a zone without headroom, and falls behind for as long', () => {
    const outcome = simulate({ ...CALM, failure: FAILURE });
    // Two thirds of 1,200 are 800 of 1,000 spans a second, for an hour; then 200 more than come, for what is left of the time.
    expect(outcome.largestLagSeconds).toBeGreaterThan(0.2 * 3600);
    expect(outcome.caughtUpSeconds).toBeNull();
    expect(outcome.backlog).toBeGreaterThan(0);
    expectConserved(outcome);
  });

  it('is replaced elsewhere where that is asked for', () => {
    const fleet = { ...CALM.fleet, replaceSeconds: 340 };
    const outcome = simulate({ ...CALM, fleet, failure: FAILURE });
    // Dead for 340 + 30 s, at 800 of 1,000 a second.
    expect(outcome.largestLagSeconds).toBeLessThan(200);
    expect(outcome.caughtUpSeconds).toBeLessThan(3_600);
  });

  it('follows a day by rate and lag, in less time of processes than a fleet for the peak', () => {
    const day = { ...CALM.day, meanRate: 4_000, peakFactor: 2, noise: 0.03, burstsPerDay: 6 };
    const group = { ...CALM.group, partitions: 96 };
    const autoscaling: Autoscaling = {
      ...{ least: 6, most: 72, pollSeconds: 30, scaleDownSeconds: 300, lagSeconds: 30, ratePerProcess: 240 },
    };
    const fixed = { ...CALM, hours: 24, day, group, processes: 36 };
    const [still, scaled] = [fixed, { ...fixed, autoscaling }].map(simulate);
    expect(scaled?.largestLagSeconds).toBeLessThan(60);
    expect(scaled?.processHours).toBeLessThan(0.7 * (still?.processHours ?? 0));
    expect(scaled?.rebalances).toBeGreaterThan(10);
  });

  it('is the same by the same seed, and another by another', () => {
    const by = (seed: number): Simulation => ({
      ...{ ...CALM, processes: 6, failure: FAILURE },
      day: { ...CALM.day, peakFactor: 2, noise: 0.03, burstsPerDay: 24, seed },
    });
    expect(simulate(by(7))).toEqual(simulate(by(7)));
    expect(simulate(by(8)).produced).not.toBe(simulate(by(7)).produced);
  });
});

describe('the load of a day', () => {
  it.each([1, 1.5, 2, 4])('has the mean 1 and the peak %d', (peakFactor) => {
    const curve = dailyCurve(peakFactor, 14);
    const minutes = Array.from({ length: 1440 }, (_, minute) => curve(minute * 60));
    expect(minutes.reduce((sum, one) => sum + one, 0) / 1440).toBeCloseTo(1, 6);
    expect(Math.max(...minutes)).toBeCloseTo(peakFactor, 6);
    expect(curve(14 * 3600)).toBeCloseTo(peakFactor, 6);
  });
});

describe('the autoscaler', () => {
  const rules: Autoscaling = {
    ...{ least: 2, most: 20, pollSeconds: 30, scaleDownSeconds: 300, lagSeconds: 30, ratePerProcess: null },
  };
  const looked = (
    scaler: Autoscaler,
    seconds: number,
    ready: number,
    lagSeconds: number,
    rate = 0,
  ): number => {
    scaler.look({ seconds, ready, lagSeconds, rate });
    return scaler.wanted;
  };

  it('wants more by the ratio of lag, at most twice as many, and looks again only later', () => {
    const scaler = new Autoscaler(rules, 5);
    expect(looked(scaler, 0, 5, 31)).toBe(5);
    expect(looked(scaler, 5, 5, 3_000)).toBe(5);
    expect(looked(scaler, 30, 5, 45)).toBe(8);
    expect(looked(scaler, 60, 8, 3_000)).toBe(16);
    expect(looked(scaler, 90, 16, 3_000)).toBe(20);
  });

  it('shrinks once the largest wish of the window is smaller, and not below the least', () => {
    const scaler = new Autoscaler(rules, 5);
    looked(scaler, 0, 5, 45);
    for (let seconds = 30; seconds < 300; seconds += 30) expect(looked(scaler, seconds, 8, 0)).toBe(8);
    expect(looked(scaler, 300, 8, 0)).toBe(2);
  });

  it('goes by the rate where it is told to', () => {
    const scaler = new Autoscaler({ ...rules, ratePerProcess: 100 }, 5);
    expect(looked(scaler, 0, 5, 0, 801)).toBe(9);
  });
});
