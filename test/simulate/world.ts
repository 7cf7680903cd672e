/**
 * One run: the real services over a Kafka and a ClickHouse in memory, a schedule of what befalls them, quiet, and the audit.
 * The same schedule gives the same run, step by step.
 */
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import type { Log } from '../../services/platform/log.ts';
import { FakeKafka } from '../support/fake_kafka.ts';
import { seeded } from '../support/known_load.ts';
import { quietLog } from '../support/quiet_log.ts';
import { FaultPlan } from './faults.ts';
import { Ledger } from './ledger.ts';
import { startMember, topics, type Member } from './members.ts';
import type { Protection } from './protections.ts';
import type { Happening, Role, Schedule } from './schedule.ts';
import { SimClickHouse } from './sim_clickhouse.ts';
import { SimKafka } from './sim_kafka.ts';
import { SimProcess } from './sim_process.ts';
import { SimTime } from './sim_time.ts';
import { makeRequest, type Request } from './traffic.ts';

export interface RunOptions {
  readonly without?: Protection | null;
  /** Told what happens, with the time in ms. */
  readonly trace?: (line: string) => void;
}

export interface RunResult {
  /** Empty where every guarantee was kept. */
  readonly violations: readonly string[];
  readonly spans: number;
  readonly steps: number;
}

export async function runSchedule(schedule: Schedule, options: RunOptions = {}): Promise<RunResult> {
  const world = new World(schedule, options);
  await world.start();
  for (const { afterMs, happening } of schedule.events) {
    await world.pass(afterMs);
    world.happen(happening);
  }
  return world.finish();
}

/** A group notices that a member is silent after this long. */
const SESSION_MS = 300;
/** A client waits for as long, and then sends again; all in less time than a trace is remembered. */
const CLIENT_TIMEOUT_MS = 700;
const CLIENT_PAUSE_MS = 100;
const CLIENT_ATTEMPTS = 3;
/** Nothing was written for as long: nothing more will be. Longer than a claim after a fence, and a tick. */
const QUIET_MS = 4_500;
/** What is not done after as long hangs. */
const PATIENCE_MS = 90_000;

class World {
  private readonly time = new SimTime();
  private readonly random: () => number;
  private readonly kafka: FakeKafka;
  private readonly clickhouse: SimClickHouse;
  private readonly faults: FaultPlan;
  private readonly ledger = new Ledger();
  private readonly failures: string[] = [];
  private readonly schedule: Schedule;
  private readonly options: RunOptions;
  private members: Member[] = [];
  private lastRequest: Request | null = null;
  private requests = 0;
  private waitingClients = 0;
  private brokerOffMs = 0;
  private named = 0;

  constructor(schedule: Schedule, options: RunOptions) {
    this.schedule = schedule;
    this.options = options;
    this.random = seeded(schedule.seed ^ 0x5eed);
    this.kafka = new FakeKafka({ now: () => this.time.now() + this.brokerOffMs }, 3);
    this.clickhouse = new SimClickHouse(options.without !== 'token');
    this.faults = new FaultPlan(this.time, this.random);
  }

  async start(): Promise<void> {
    const { partitions, processors, sinks } = this.schedule;
    const admin = await this.kafka.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions }));
    this.startOne('collector');
    for (let i = 0; i < processors; i++) this.startOne('processor');
    for (let i = 0; i < sinks; i++) this.startOne('sink');
    await this.pass(20);
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms);
  }

  happen(happening: Happening): void {
    this.tell('event', happening);
    switch (happening.type) {
      case 'send':
        return this.sendNew(happening.seed);
      case 'repeat':
        if (this.lastRequest !== null) this.attempt(this.lastRequest, 1);
        this.lastRequest = null;
        return;
      case 'kill':
        return this.kill(this.choose(happening.role, happening.which), happening.backAfterMs);
      case 'pause':
        return this.pause(this.choose(happening.role, happening.which), happening.forMs, happening.isNoticed);
      case 'join':
        if (this.living(happening.role).length < 3) this.startOne(happening.role);
        return;
      case 'leave':
        return this.leave(this.choose(happening.role, happening.which));
      case 'fault':
        return this.faults.plan(happening.operation, happening.fault);
      case 'away':
        if (happening.server === 'kafka') this.faults.leaveKafka(happening.forMs);
        else this.faults.leaveClickHouse(happening.forMs);
        return;
      case 'clock':
        return this.stepClock(happening.which, happening.byMs);
    }
  }

  /** Lets everything come to rest, with all that is needed alive, and audits. */
  async finish(): Promise<RunResult> {
    this.faults.clear();
    for (const { process } of this.members) process.wake();
    await this.pass(2_000);
    for (const role of ['collector', 'processor', 'sink'] as const) {
      if (this.living(role).length === 0) this.startOne(role);
    }
    await this.untilQuiet();
    let violations = this.violations();
    // Late is not lost.
    while (violations.length > 0 && this.failures.length === 0 && this.time.elapsedMs < PATIENCE_MS) {
      await this.pass(10_000);
      violations = this.violations();
    }
    return { violations, spans: this.ledger.spans, steps: this.time.steps };
  }

  private violations(): string[] {
    const letters = this.kafka.records(topics.deadLetters, 0).map(({ headers }) => {
      return `dead letter: ${headers['error']?.toString() ?? ''}`;
    });
    return [...this.failures, ...letters, ...this.ledger.audit(this.clickhouse)];
  }

  private async untilQuiet(): Promise<void> {
    let seen = -1;
    while (this.time.elapsedMs < PATIENCE_MS) {
      await this.pass(QUIET_MS);
      const written = this.written();
      if (written === seen && this.waitingClients === 0) return;
      seen = written;
    }
    this.failures.push('it never came to rest');
  }

  /** Grows with all that is written. */
  private written(): number {
    const partitions = [...Array(this.schedule.partitions).keys()];
    const records = [topics.spans, topics.traces, topics.metrics].flatMap((topic) =>
      partitions.map((partition) => this.kafka.records(topic, partition).length),
    );
    return records.reduce((sum, count) => sum + count, this.clickhouse.blocks);
  }

  private sendNew(seed: number): void {
    const request = makeRequest(seed, ++this.requests, this.time.now());
    this.ledger.onSent(request.spans);
    this.lastRequest = request;
    const sentAtMs = this.time.now();
    // Only a fresh one is sent again for no reason: a trace is not remembered for ever.
    this.time.after(1_500, () => {
      if (this.lastRequest === request && this.time.now() > sentAtMs) this.lastRequest = null;
    });
    this.attempt(request, CLIENT_ATTEMPTS);
  }

  private attempt(request: Request, attempts: number): void {
    if (attempts === 0) return;
    this.waitingClients++;
    let isOver = false;
    const end = (isStored: boolean): void => {
      if (isOver) return;
      isOver = true;
      this.waitingClients--;
      this.tell('answer', { isStored, spans: request.spans.map(({ span }) => Number(`0x${span.spanId}`)) });
      if (isStored) this.ledger.onSuccess(request.spans);
      else this.time.after(CLIENT_PAUSE_MS, () => this.attempt(request, attempts - 1));
    };
    this.time.after(CLIENT_TIMEOUT_MS, () => end(false));
    const collectors = this.living('collector');
    const collector = collectors[Math.floor(this.random() * collectors.length)];
    collector?.process.after(this.latency(), () => {
      const answer = (isStored: boolean): void =>
        collector.process.after(0, () => this.time.after(this.latency(), () => end(isStored)));
      collector.send(request.bytes).then(
        () => answer(true),
        () => answer(false),
      );
    });
  }

  private startOne(role: Role): void {
    const { time, faults, kafka, clickhouse, random } = this;
    const latency = (): number => this.latency();
    const name = `${role} ${++this.named}`;
    const process = new SimProcess({ name, time, latency, lands: () => random() < 0.6 });
    const unique = (): number => ++this.named;
    const without = this.options.without ?? null;
    const member = startMember(role, {
      process,
      kafka: new SimKafka({ kafka, process, faults, latency, without, unique }),
      clickhouse,
      faults,
      partitions: this.schedule.partitions,
      random,
      log: this.logOf(name),
      fail: (error) => this.failures.push(`${name} failed: ${String(error)}`),
    });
    this.members.push(member);
  }

  private kill(member: Member | null, backAfterMs: number): void {
    if (member === null) return;
    const { process, kafka, role } = member;
    this.tell('kill', { name: process.name });
    process.kill();
    this.time.after(SESSION_MS, () => kafka.expire());
    this.time.after(backAfterMs, () => this.startOne(role));
  }

  private pause(member: Member | null, forMs: number, isNoticed: boolean): void {
    if (member === null) return;
    const { process, kafka } = member;
    this.tell('pause', { name: process.name });
    process.pause();
    if (isNoticed) {
      this.time.after(SESSION_MS, () => {
        if (!process.isRunning) kafka.expire();
      });
    }
    this.time.after(forMs, () => process.wake());
  }

  private leave(member: Member | null): void {
    if (member === null || this.living(member.role).length === 1) return;
    const { process, kafka } = member;
    this.members = this.members.filter((one) => one !== member);
    this.tell('leave', { name: process.name });
    // One that leaves while it starts may have joined a group meanwhile.
    const gone = (): void => {
      process.kill();
      this.time.after(SESSION_MS, () => kafka.expire());
    };
    member.stop().then(gone, gone);
  }

  private stepClock(which: number | null, byMs: number): void {
    if (which === null) {
      // More of them would let a client's retry come when its trace is forgotten.
      if (this.brokerOffMs === 0) this.brokerOffMs = byMs;
      return;
    }
    const member = this.members[which % this.members.length];
    if (member !== undefined) member.process.clockOffMs += byMs;
  }

  private living(role: Role): Member[] {
    return this.members.filter((member) => member.role === role && !member.process.isGone);
  }

  /** One that runs. */
  private choose(role: Role, which: number): Member | null {
    const running = this.living(role).filter(({ process }) => process.isRunning);
    return running[which % running.length] ?? null;
  }

  /** Mostly a network's, now and then a crowded one's. */
  private latency(): number {
    const dice = this.random();
    if (dice < 0.8) return Math.floor(dice * 4);
    return dice < 0.97 ? Math.floor((dice - 0.8) * 100) : Math.floor((dice - 0.97) * 10_000);
  }

  private tell(what: string, fields: object): void {
    const { trace } = this.options;
    if (trace === undefined) return;
    const text = JSON.stringify(fields, (_, value: unknown) =>
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    );
    trace(`${String(this.time.elapsedMs).padStart(6)} ms  ${what}  ${text}`);
  }

  private logOf(name: string): Log {
    if (this.options.trace === undefined) return quietLog;
    const write = (fields: object, message: string): void => this.tell(`${name}: ${message}`, fields);
    const child = (more: object): Log => {
      const one = (fields: object, message: string): void => write({ ...more, ...fields }, message);
      return {
        debug: one,
        info: one,
        warn: one,
        error: one,
        fatal: one,
        child: (next) => child({ ...more, ...next }),
      };
    };
    return child({});
  }
}
