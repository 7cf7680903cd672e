/** The processes of a group: which start, live, or are dead without the group knowing it, and in which zone. Owns that state alone. */

export interface FleetRules {
  readonly zones: number;
  /** From the wish for a process until it joins the group. */
  readonly startSeconds: number;
  /** Of the group: a dead member keeps its partitions for so long. */
  readonly sessionSeconds: number;
  /** From the loss of a machine until its processes are started elsewhere; null where they wait for their zone. */
  readonly replaceSeconds: number | null;
}

export interface Worker {
  readonly id: string;
  readonly zone: number;
  readonly readyAt: number;
  diedAt: number | null;
}

export interface ZoneFailure {
  readonly zone: number;
  readonly begin: number;
  readonly end: number;
}

export class Fleet {
  readonly #rules: FleetRules;
  readonly #failure: ZoneFailure | null;
  #workers: Worker[] = [];
  #started = 0;
  /** Those that the group knows, by id. */
  #members = new Set<string>();
  #live: readonly string[] = [];
  #running = 0;
  readonly #leaving = new Set<string>();
  readonly #diedAt = new Map<string, number>();

  constructor(rules: FleetRules, failure: ZoneFailure | null) {
    this.#rules = rules;
    this.#failure = failure;
  }

  /** Those who are members and alive, by id. */
  get live(): readonly string[] {
    return this.#live;
  }

  /** Started, ready or not, and alive: what is paid for. */
  get running(): number {
    return this.#running;
  }

  /** The members as the group knows them; some may be dead. */
  get members(): readonly string[] {
    return [...this.#members];
  }

  /** Kills, starts and stops until `wanted` are there, and says whether the group's members have changed. */
  step(seconds: number, wanted: number): boolean {
    this.#fail(seconds);
    this.#forget(seconds);
    const missing = wanted - this.#workers.length;
    for (let i = 0; i < missing; i++) this.#start(seconds);
    for (let i = 0; i < -missing; i++) this.#stop();
    const changed = this.#meet(seconds);
    const alive = this.#workers.filter(({ diedAt }) => diedAt === null);
    this.#running = alive.length;
    this.#live = alive.flatMap(({ id }) => (this.#members.has(id) ? [id] : []));
    return changed;
  }

  #fail(seconds: number): void {
    const failure = this.#failure;
    if (failure === null || seconds < failure.begin || seconds >= failure.end) return;
    for (const worker of this.#workers) {
      if (worker.zone !== failure.zone || worker.diedAt !== null) continue;
      worker.diedAt = seconds;
      this.#diedAt.set(worker.id, seconds);
    }
  }

  /** A dead one's place is free once its machine is given up, or its zone is back. */
  #forget(seconds: number): void {
    const { replaceSeconds } = this.#rules;
    const isHeld = ({ diedAt }: Worker): boolean =>
      diedAt === null ||
      seconds < Math.min(this.#failure?.end ?? Infinity, diedAt + (replaceSeconds ?? Infinity));
    this.#workers = this.#workers.filter(isHeld);
  }

  /** In the zone with the fewest, of those that are there. */
  #start(seconds: number): void {
    const { zones, startSeconds } = this.#rules;
    const counts = Array.from({ length: zones }, (_, zone) => ({
      ...{ zone, count: this.#workers.filter((one) => one.zone === zone && one.diedAt === null).length },
    })).filter(({ zone }) => !this.#isAway(zone, seconds));
    const { zone } = counts.reduce((least, one) => (one.count < least.count ? one : least));
    // At the very beginning everybody is there already.
    const readyAt = seconds === 0 ? 0 : seconds + startSeconds;
    this.#workers.push({ id: `w${String(this.#started++).padStart(6, '0')}`, zone, readyAt, diedAt: null });
  }

  /** The newest of the fullest zone. */
  #stop(): void {
    const alive = this.#workers.filter(({ diedAt }) => diedAt === null);
    const size = (zone: number): number => alive.filter((one) => one.zone === zone).length;
    const leaves = alive.reduceRight<Worker | undefined>(
      (most, one) => (most === undefined || size(one.zone) > size(most.zone) ? one : most),
      undefined,
    );
    this.#workers = this.#workers.filter((worker) => worker !== leaves);
    // Who is asked to stop takes leave of the group.
    if (leaves !== undefined) this.#leaving.add(leaves.id);
  }

  /** Who is ready joins; who was stopped, or dead for a session, leaves. */
  #meet(seconds: number): boolean {
    const before = this.#members;
    const { sessionSeconds } = this.#rules;
    const stays = (id: string): boolean =>
      !this.#leaving.has(id) && seconds < (this.#diedAt.get(id) ?? Infinity) + sessionSeconds;
    const ready = this.#workers.filter(({ readyAt, diedAt }) => diedAt === null && readyAt <= seconds);
    this.#members = new Set([...before].filter(stays));
    for (const { id } of ready) this.#members.add(id);
    this.#leaving.clear();
    return before.size !== this.#members.size || [...before].some((id) => !this.#members.has(id));
  }

  #isAway(zone: number, seconds: number): boolean {
    const failure = this.#failure;
    return failure?.zone === zone && failure.begin <= seconds && seconds < failure.end;
  }
}
