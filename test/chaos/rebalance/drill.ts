/**
 * The drill: processes come and go under a steady load, and each time the pause of every partition is taken. One event at a time;
 * the next begins when every partition goes on and some quiet time has been watched, which tells what gap is usual.
 */
import type { Case, Pause } from './cases.ts';
import { Member, type Claim } from './member.ts';
import type { Progress } from './progress.ts';

export interface DrillOptions {
  readonly partitions: number;
  readonly cycles: number;
  readonly progress: Progress;
  /** One for each process that runs at a time; a process that comes back has the same as before. */
  readonly envs: readonly Readonly<Record<string, string>>[];
  readonly tell: (line: string) => void;
}

export interface DrillResult {
  readonly pauses: readonly Pause[];
  /** The longest gap of each partition in each quiet time. */
  readonly usualGapsMs: readonly number[];
  /** From the start of a process that follows a killed one to its first partition. */
  readonly ownAgainMs: readonly number[];
}

interface Window {
  readonly which: Case;
  readonly fromMs: number;
  readonly toMs: number;
  readonly claims: readonly Claim[];
}

const POLL_MS = 20;
/** After the last partition went on: pauses that come late belong to the event too. */
const AFTER_MS = 2_000;
const QUIET_MS = 4_000;
const PATIENCE_MS = 60_000;
/** The processes that stay; the one behind them comes and goes. */
export const BASE_MEMBERS = 2;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Drill {
  private readonly options: DrillOptions;
  private readonly members = new Set<Member>();
  private readonly windows: Window[] = [];
  private readonly usualGapsMs: number[] = [];
  private readonly ownAgainMs: number[] = [];
  private claims: Claim[] = [];
  private named = 0;

  constructor(options: DrillOptions) {
    this.options = options;
  }

  async run(): Promise<DrillResult> {
    for (let i = 0; i < BASE_MEMBERS; i++) this.start(i);
    await this.untilGoingOn(Date.now());
    // Everything begins to run, which takes a while for programs that are compiled as they go.
    await sleep(3 * AFTER_MS);
    await this.quiet();
    for (let cycle = 1; cycle <= this.options.cycles; cycle++) {
      this.options.tell(`cycle ${cycle} of ${this.options.cycles}`);
      await this.cycle();
    }
    return this.result();
  }

  /** Ends all processes; safe at any time. */
  async stop(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.end('SIGKILL')));
    this.members.clear();
  }

  private async cycle(): Promise<void> {
    const added = await this.event('added', () => Promise.resolve(this.start()));
    await this.event('stopped', () => this.end(added, 'SIGTERM'));
    const second = await this.event('added', () => Promise.resolve(this.start()));
    await this.event('killed', () => this.end(second, 'SIGKILL'));
    const back = await this.event('back', () => Promise.resolve(this.start()));
    const restarted = await this.event('restarted', async () => {
      await this.end(back, 'SIGKILL');
      return this.start();
    });
    const first = this.claims.find(({ member }) => member === restarted);
    if (first !== undefined) this.ownAgainMs.push(first.atMs - restarted.startedMs);
    await this.event('stopped', () => this.end(restarted, 'SIGTERM'));
  }

  /** Lets something happen, and waits until all partitions go on. */
  private async event<T extends Member | undefined>(which: Case, happen: () => Promise<T>): Promise<T> {
    const fromMs = Date.now();
    const before = this.owners();
    const result = await happen();
    await this.until(`${which}: its partitions are claimed`, () => this.isSettled(before, result, fromMs));
    await this.untilGoingOn(Date.now());
    await sleep(AFTER_MS);
    const toMs = Date.now();
    const claims = this.claims.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    this.windows.push({ which, fromMs, toMs, claims });
    this.options.tell(
      `${which}: ${new Set(claims.map(({ partition }) => partition)).size} partitions claimed`,
    );
    await this.quiet();
    return result;
  }

  private async quiet(): Promise<void> {
    const fromMs = Date.now();
    await sleep(QUIET_MS);
    for (let partition = 0; partition < this.options.partitions; partition++) {
      this.usualGapsMs.push(this.options.progress.longestGap(partition, fromMs, Date.now()));
    }
  }

  /** Nobody who is gone owns anything, and who came owns something. */
  private isSettled(before: Map<number, Member>, added: Member | undefined, fromMs: number): boolean {
    const owners = this.owners();
    const orphans = [...before].filter(([, member]) => member.isGone).map(([partition]) => partition);
    const claimed = new Set(
      this.claims.filter(({ atMs }) => atMs >= fromMs).map(({ partition }) => partition),
    );
    if (!orphans.every((partition) => claimed.has(partition))) return false;
    if ([...owners.values()].some((member) => member.isGone)) return false;
    return added === undefined || [...owners.values()].includes(added);
  }

  /** Who claimed each partition last. */
  private owners(): Map<number, Member> {
    return new Map(this.claims.map(({ partition, member }) => [partition, member]));
  }

  private async untilGoingOn(sinceMs: number): Promise<void> {
    const { partitions, progress } = this.options;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    await this.until('every partition goes on', () =>
      all.every((partition) => progress.firstStepAfter(partition, sinceMs) !== null),
    );
  }

  private async until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isSo()) {
      if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}\n${this.logs()}`);
      await sleep(POLL_MS);
    }
  }

  private start(place = BASE_MEMBERS): Member {
    const env = this.options.envs[place] ?? {};
    const member = new Member(`member ${++this.named}`, env, (claim) => this.claims.push(claim));
    this.members.add(member);
    return member;
  }

  private async end(member: Member, signal: NodeJS.Signals): Promise<undefined> {
    await member.end(signal);
    this.members.delete(member);
  }

  private result(): DrillResult {
    const { usualGapsMs, ownAgainMs } = this;
    const usualMs = median(usualGapsMs);
    const pauses = this.windows.flatMap((window) => this.pausesIn(window, usualMs));
    return { pauses, usualGapsMs, ownAgainMs };
  }

  private pausesIn({ which, fromMs, toMs, claims }: Window, usualMs: number): Pause[] {
    const { partitions, progress } = this.options;
    return Array.from({ length: partitions }, (_, partition) => {
      const last = claims.findLast((claim) => claim.partition === partition);
      const ms = Math.max(progress.longestGap(partition, fromMs, toMs) - usualMs, 0);
      if (last === undefined) return { which, partition, moved: false, ms, replayMs: 0 };
      const goesOnMs = progress.firstStepAfter(partition, last.atMs) ?? toMs;
      return { which, partition, moved: true, ms, replayMs: Math.max(goesOnMs - last.atMs - usualMs, 0) };
    });
  }

  private logs(): string {
    return [...this.members].map(({ name, lines }) => `${name}:\n${lines.slice(-40).join('\n')}`).join('\n');
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that so large a part of all does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)] ?? 0;
}
