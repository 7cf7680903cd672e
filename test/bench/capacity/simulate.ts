/** A consumer group of processors under a day's load, step by step: what lag does, and what it costs. Pure, by a seed. */
import { Autoscaler, type Autoscaling } from './autoscale.ts';
import { spansOfSteps, type Day } from './day.ts';
import { Fleet, type FleetRules, type ZoneFailure } from './fleet.ts';
import { Group, type GroupRules } from './group.ts';

export interface Simulation {
  readonly hours: number;
  readonly day: Day;
  readonly group: GroupRules;
  readonly fleet: FleetRules;
  /** Processes at the begin, and for ever without an autoscaler. */
  readonly processes: number;
  readonly autoscaling: Autoscaling | null;
  readonly failure: ZoneFailure | null;
}

export interface Minute {
  /** Spans a second, the mean. */
  readonly load: number;
  /** Spans a second that those who own a partition could do, at its end. */
  readonly capacity: number;
  /** Lag of the worst partition, the most. */
  readonly lagSeconds: number;
  /** Processes that run, at its end. */
  readonly processes: number;
}

export interface Outcome {
  readonly minutes: readonly Minute[];
  readonly largestLagSeconds: number;
  /** Minutes in which some partition was more than 60 s behind. */
  readonly lateMinutes: number;
  readonly processHours: number;
  readonly rebalances: number;
  readonly movedPartitions: number;
  /** From the zone's failure until lag is gone for good; null where it was not within the run, or no zone failed. */
  readonly caughtUpSeconds: number | null;
  readonly produced: number;
  readonly processed: number;
  /** What is written and not done at the end. */
  readonly backlog: number;
}

const LATE_SECONDS = 60;
/** Lag is gone when it has been below this for so long. */
const QUIET_LAG_SECONDS = 10;
const QUIET_SECONDS = 600;
const MINUTE_SECONDS = 60;

export function simulate(simulation: Simulation): Outcome {
  const { hours, day, group: rules, autoscaling, failure } = simulation;
  const steps = Math.round((hours * 3600) / rules.stepSeconds);
  const spans = spansOfSteps(day, steps, rules.stepSeconds);
  const group = new Group(rules, spans);
  const fleet = new Fleet(simulation.fleet, failure);
  const autoscaler = autoscaling === null ? null : new Autoscaler(autoscaling, simulation.processes);
  const account = new Account(rules, failure);
  let rate = 0;
  for (let step = 0; step < steps; step++) {
    const [seconds, coming] = [step * rules.stepSeconds, spans[step] ?? 0];
    // A rate is known from what has come: over a minute or so.
    rate = step === 0 ? coming / rules.stepSeconds : rate + (coming / rules.stepSeconds - rate) / 12;
    autoscaler?.look({ seconds, rate, ready: fleet.live.length, lagSeconds: group.lagSeconds(seconds) });
    if (fleet.step(seconds, autoscaler?.wanted ?? simulation.processes)) {
      account.rebalanced(group.rebalance(fleet.members, seconds), seconds);
    }
    const { live } = fleet;
    group.work(live, seconds);
    account.stepped(seconds, {
      ...{ coming, working: group.working(live), running: fleet.running },
      lag: group.lagSeconds(seconds + rules.stepSeconds),
    });
  }
  const produced = spans.reduce((sum, one) => sum + one, 0);
  const backlog = group.backlog(steps * rules.stepSeconds);
  return { ...account.outcome(), produced, processed: group.processed, backlog };
}

interface Step {
  readonly coming: number;
  readonly working: number;
  readonly running: number;
  readonly lag: number;
}

/** What is kept of each step. */
class Account {
  readonly #rules: GroupRules;
  readonly #failure: ZoneFailure | null;
  readonly #minutes: Minute[] = [];
  #spans = 0;
  #lag = 0;
  #largestLag = 0;
  #processSeconds = 0;
  #rebalances = 0;
  #moved = 0;
  #quietSince: number | null = null;
  #caughtUp: number | null = null;

  constructor(rules: GroupRules, failure: ZoneFailure | null) {
    this.#rules = rules;
    this.#failure = failure;
  }

  /** The first assignment is none. */
  rebalanced(moved: number, seconds: number): void {
    if (seconds === 0) return;
    this.#rebalances++;
    this.#moved += moved;
  }

  stepped(seconds: number, { coming, working, running, lag }: Step): void {
    const { stepSeconds, spansPerSecond } = this.#rules;
    const end = seconds + stepSeconds;
    this.#processSeconds += running * stepSeconds;
    this.#largestLag = Math.max(this.#largestLag, lag);
    this.#watchCatchUp(end, lag);
    this.#spans += coming;
    this.#lag = Math.max(this.#lag, lag);
    if (end % MINUTE_SECONDS >= stepSeconds) return;
    this.#minutes.push({
      ...{ load: this.#spans / MINUTE_SECONDS, capacity: working * spansPerSecond },
      ...{ lagSeconds: this.#lag, processes: running },
    });
    this.#spans = 0;
    this.#lag = 0;
  }

  /** The dead are missed only after a step: what counts begins with the failure's first. */
  #watchCatchUp(end: number, lag: number): void {
    const begin = this.#failure?.begin;
    if (begin === undefined || end <= begin || this.#caughtUp !== null) return;
    if (lag >= QUIET_LAG_SECONDS) this.#quietSince = null;
    else this.#quietSince ??= end;
    if (this.#quietSince !== null && end - this.#quietSince >= QUIET_SECONDS) {
      this.#caughtUp = this.#quietSince - begin;
    }
  }

  outcome() {
    return {
      minutes: this.#minutes,
      largestLagSeconds: this.#largestLag,
      lateMinutes: this.#minutes.filter(({ lagSeconds }) => lagSeconds > LATE_SECONDS).length,
      processHours: this.#processSeconds / 3600,
      rebalances: this.#rebalances,
      movedPartitions: this.#moved,
      caughtUpSeconds: this.#caughtUp,
    };
  }
}
