/** The processes that run: started, killed, paused, sent away, and back again. */
import type { FakeKafka } from '../support/fake_kafka.ts';
import type { MemoryDisk } from '../support/memory_disk.ts';
import type { FaultPlan } from './faults.ts';
import { startMember, type Member } from './members.ts';
import type { Protection } from './protections.ts';
import type { Role, Schedule } from './schedule.ts';
import type { SimClickHouse } from './sim_clickhouse.ts';
import { makeDisk } from './sim_disk.ts';
import { SimKafka } from './sim_kafka.ts';
import { SimProcess } from './sim_process.ts';
import type { SimTime } from './sim_time.ts';
import type { Story } from './story.ts';

/** A group notices that a member is silent after this long. */
const SESSION_MS = 300;
/** A few times a second is enough for what services look after, and cheaper; and a third as often once nothing befalls them. */
const TENDING_SLOWNESS = 3;
const CALM_TENDING_SLOWNESS = 9;
/** Of a role, at most. */
const MEMBERS = 3;

export interface FleetOptions {
  readonly time: SimTime;
  readonly random: () => number;
  readonly latency: () => number;
  readonly kafka: FakeKafka;
  readonly clickhouse: SimClickHouse;
  readonly faults: FaultPlan;
  readonly schedule: Schedule;
  readonly without: Protection | null;
  readonly story: Story;
  readonly count: (what: string) => void;
  /** Takes what must not happen, and did. */
  readonly failures: string[];
}

export class Fleet {
  private readonly options: FleetOptions;
  private members: Member[] = [];
  private named = 0;
  private isCalm = false;

  constructor(options: FleetOptions) {
    this.options = options;
  }

  startOne(role: Role, known: MemoryDisk | null = null): void {
    const { time, faults, kafka, clickhouse, random, latency, schedule, without, failures, story } =
      this.options;
    const name = `${role} ${++this.named}`;
    const process = new SimProcess({
      ...{ name, time, latency, lands: () => random() < 0.6 },
      tendingSlowness: () => (this.isCalm ? CALM_TENDING_SLOWNESS : TENDING_SLOWNESS),
    });
    const unique = (): number => ++this.named;
    const hasDisk = role === 'collector' && schedule.mode === 'spool';
    const member = startMember(role, {
      process,
      kafka: new SimKafka({ kafka, process, time, faults, latency, without, unique }),
      clickhouse,
      faults,
      disk: known ?? (hasDisk ? makeDisk(faults, without) : null),
      partitions: schedule.partitions,
      mode: schedule.mode,
      stallMs: schedule.stallMs,
      random,
      unique,
      log: story.logOf(name),
      fail: (error) => failures.push(`${name} failed: ${String(error)}`),
    });
    this.members.push(member);
  }

  join(role: Role): void {
    if (this.living(role).length >= MEMBERS) return;
    this.options.count(`${role} joins`);
    this.startOne(role);
  }

  kill(member: Member | null, backAfterMs: number, isPowerCut: boolean): void {
    if (member === null) return;
    const { process, kafka, role, disk } = member;
    this.options.count(`${role} killed`);
    this.options.story.tell('kill', { name: process.name });
    process.kill();
    if (isPowerCut && disk !== null) this.options.count('power cut');
    disk?.crash(isPowerCut ? 'power cut' : 'kill');
    this.options.time.after(SESSION_MS, () => kafka.expire());
    this.options.time.after(backAfterMs, () => this.startOne(role, disk));
  }

  pause(member: Member | null, forMs: number, isNoticed: boolean): void {
    if (member === null) return;
    const { process, kafka, role } = member;
    this.options.count(`${role} paused`);
    this.options.story.tell('pause', { name: process.name });
    process.pause();
    if (isNoticed) {
      this.options.time.after(SESSION_MS, () => {
        if (!process.isRunning) kafka.expire();
      });
    }
    this.options.time.after(forMs, () => process.wake());
  }

  leave(member: Member | null): void {
    if (member === null || this.living(member.role).length === 1) return;
    const { process, kafka, role } = member;
    this.options.count(`${role} leaves`);
    this.members = this.members.filter((one) => one !== member);
    this.options.story.tell('leave', { name: process.name });
    // One that leaves while it starts may have joined a group meanwhile.
    const gone = (): void => {
      process.kill();
      this.options.time.after(SESSION_MS, () => kafka.expire());
    };
    member.stop().then(gone, gone);
  }

  stepClock(which: number, byMs: number): void {
    const member = this.members[which % this.members.length];
    if (member !== undefined) member.process.clockOffMs += byMs;
  }

  /** From here on nothing befalls them. */
  calm(): void {
    this.isCalm = true;
    for (const { process } of this.members) process.wake();
  }

  living(role: Role): Member[] {
    return this.members.filter((member) => member.role === role && !member.process.isGone);
  }

  /** One that runs. */
  choose(role: Role, which: number): Member | null {
    const running = this.living(role).filter(({ process }) => process.isRunning);
    return running[which % running.length] ?? null;
  }
}
