/**
 * The partitions of a group: who owns each, how far it has come, and what it has to read again. Spans are counted in fractions:
 * all partitions get the same share, since trace ids are random. Owns that state alone.
 */
import { assignSticky } from '../../../services/platform/kafka/sticky_assigner.ts';

export interface GroupRules {
  readonly partitions: number;
  readonly stepSeconds: number;
  /** Of one process, at full use. */
  readonly spansPerSecond: number;
  /** A partition that moves stands still for so long. */
  readonly movedPauseSeconds: number;
  /** Its new owner reads as much of the log again. */
  readonly forgetSeconds: number;
}

interface Partition {
  owner: string | null;
  /** Spans done, of those of this partition. */
  done: number;
  /** When the oldest span that is not done was written. */
  doneAt: number;
  /** Spans to read again before that. */
  replay: number;
  pausedUntil: number;
}

/** Fewer than as many spans are a rounding error. */
const NOTHING = 1e-3;
// MEASURED: Jest's context looks globals up slowly; with this and owners remembered, the page's test takes 5 s instead of 43 (Node 24).
const { floor, max, min } = Math;

export class Group {
  readonly #rules: GroupRules;
  /** Spans of one partition until the begin of each step. */
  readonly #written: Float64Array;
  readonly #partitions: Partition[];
  #byOwner = new Map<string, Partition[]>();
  #processed = 0;

  constructor(rules: GroupRules, spansOfSteps: Float64Array) {
    this.#rules = rules;
    this.#written = new Float64Array(spansOfSteps.length + 1);
    for (const [step, spans] of spansOfSteps.entries()) {
      this.#written[step + 1] = (this.#written[step] ?? 0) + spans / rules.partitions;
    }
    this.#partitions = Array.from({ length: rules.partitions }, () => ({
      ...{ owner: null, done: 0, doneAt: 0, replay: 0, pausedUntil: 0 },
    }));
  }

  /** Spans done, those read again not among them. */
  get processed(): number {
    return this.#processed;
  }

  /** Spans of all partitions that are written at a time and not done. */
  backlog(seconds: number): number {
    return this.#partitions.reduce((sum, { done }) => sum + this.#writtenAt(seconds) - done, 0);
  }

  /** The age of the oldest span that is not done, of the worst partition. */
  lagSeconds(seconds: number): number {
    let oldest = seconds;
    for (const { doneAt } of this.#partitions) oldest = min(oldest, doneAt);
    return seconds - oldest;
  }

  /** How many of these members own a partition. */
  working(members: Iterable<string>): number {
    let working = 0;
    for (const member of members) if (this.#byOwner.has(member)) working++;
    return working;
  }

  /** Deals the partitions out anew, and says how many have moved. The first time costs nothing. */
  rebalance(members: readonly string[], seconds: number): number {
    const numbers = this.#partitions.map((_, number) => number);
    const claims = members.map((memberId) => ({
      ...{ memberId, assignedAtMs: 0 },
      partitions: numbers.filter((number) => this.#partitions[number]?.owner === memberId),
    }));
    let moved = 0;
    const owners = new Map<number, string>();
    if (members.length > 0) {
      for (const [member, own] of assignSticky(numbers, claims))
        own.forEach((one) => owners.set(one, member));
    }
    for (const [number, partition] of this.#partitions.entries()) {
      const owner = owners.get(number) ?? null;
      if (owner === partition.owner) continue;
      partition.owner = owner;
      if (seconds === 0 || owner === null) continue;
      moved++;
      partition.pausedUntil = seconds + this.#rules.movedPauseSeconds;
      partition.replay = partition.done - this.#writtenAt(partition.doneAt - this.#rules.forgetSeconds);
    }
    this.#byOwner = Map.groupBy(this.#partitions, ({ owner }) => owner ?? '');
    return moved;
  }

  /** What those of the owners that are alive do in the step that begins at `seconds`. */
  work(alive: Iterable<string>, seconds: number): void {
    for (const member of alive) {
      const own = this.#byOwner.get(member);
      if (own !== undefined) this.#share(own, seconds);
    }
    const end = seconds + this.#rules.stepSeconds;
    const written = this.#writtenAt(end);
    for (const partition of this.#partitions) this.#advance(partition, end, written);
  }

  /** A process gives its partitions equal turns; what one does not need the others get. */
  #share(partitions: readonly Partition[], seconds: number): void {
    const { spansPerSecond, stepSeconds } = this.#rules;
    const end = seconds + stepSeconds;
    const written = this.#writtenAt(end);
    const wish = ({ done, replay, pausedUntil }: Partition): number =>
      min(written - done + replay, min(stepSeconds, max(0, end - pausedUntil)) * spansPerSecond);
    let left = spansPerSecond * stepSeconds;
    let wished = 0;
    for (const partition of partitions) wished += wish(partition);
    if (wished <= left) {
      for (const partition of partitions) this.#read(partition, wish(partition));
      return;
    }
    const wishes = partitions.map((partition) => ({ partition, spans: wish(partition) }));
    wishes.sort((a, b) => a.spans - b.spans);
    for (const [index, { partition, spans }] of wishes.entries()) {
      const given = min(spans, left / (wishes.length - index));
      left -= given;
      this.#read(partition, given);
    }
  }

  #read(partition: Partition, spans: number): void {
    const again = min(spans, partition.replay);
    partition.replay -= again;
    partition.done += spans - again;
    this.#processed += spans - again;
  }

  /** Moves `doneAt` to where the log stands at `done`. */
  #advance(partition: Partition, end: number, written: number): void {
    const { stepSeconds } = this.#rules;
    if (written - partition.done < NOTHING) {
      partition.doneAt = end;
      return;
    }
    let step = floor(partition.doneAt / stepSeconds);
    while ((this.#written[step + 1] ?? Infinity) <= partition.done) step++;
    const [from, to] = [this.#written[step] ?? 0, this.#written[step + 1] ?? Infinity];
    const share = to > from ? max(0, partition.done - from) / (to - from) : 0;
    partition.doneAt = max(partition.doneAt, (step + share) * stepSeconds);
  }

  /** Spans of one partition that are written by then. */
  #writtenAt(seconds: number): number {
    const at = max(0, seconds) / this.#rules.stepSeconds;
    const step = floor(at);
    const [from, to] = [this.#written[step] ?? 0, this.#written[step + 1]];
    return to === undefined ? from : from + (to - from) * (at - step);
  }
}
