/**
 * One run: the real services over a Kafka and a ClickHouse in memory, a schedule of what befalls them, quiet, and the audit.
 * The same schedule gives the same run, step by step.
 */
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import type { PartitionRecords } from '../../services/platform/kafka/port.ts';
import { toLogRecord } from '../../services/processor/log_record.ts';
import { FakeKafka } from '../support/fake_kafka.ts';
import { seeded } from '../support/known_load.ts';
import { Clients } from './clients.ts';
import { auditCuts } from './cuts.ts';
import { FaultPlan } from './faults.ts';
import { Fleet } from './fleet.ts';
import { makeGarbage, type GarbageKind } from './garbage.ts';
import { Ledger } from './ledger.ts';
import { readLetters } from './letters.ts';
import { CUT_AGE_MS, PROCESSOR_GROUP, RULES, topics } from './members.ts';
import type { Protection } from './protections.ts';
import type { Happening, Schedule } from './schedule.ts';
import { SimClickHouse } from './sim_clickhouse.ts';
import { SimTime } from './sim_time.ts';
import { Story } from './story.ts';
import { count, type Tally } from './tally.ts';

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
  /** What befell it, and how often. */
  readonly tally: Tally;
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

/** Nothing was written for as long: nothing more will be. Longer than a claim after a fence, and a tick. */
const QUIET_MS = 4_500;
const LOOK_MS = 500;
/** What is not done after as long hangs. */
const PATIENCE_MS = 90_000;

class World {
  private readonly time = new SimTime();
  private readonly random: () => number;
  private readonly kafka: FakeKafka;
  private readonly clickhouse: SimClickHouse;
  private readonly faults: FaultPlan;
  private readonly ledger = new Ledger();
  private readonly clients: Clients;
  private readonly story: Story;
  private readonly fleet: Fleet;
  private readonly failures: string[] = [];
  private readonly partitionsOf = new Map<string, number>();
  private readonly schedule: Schedule;
  private requests = 0;
  private brokerOffMs = 0;

  constructor(schedule: Schedule, options: RunOptions) {
    this.schedule = schedule;
    this.random = seeded(schedule.seed ^ 0x5eed);
    this.kafka = new FakeKafka({ now: () => this.time.now() + this.brokerOffMs }, 3);
    this.clickhouse = new SimClickHouse(options.without !== 'token');
    this.faults = new FaultPlan(this.time, this.random);
    this.story = new Story(this.time, options.trace ?? null);
    const { time, random, kafka, clickhouse, faults, failures, story } = this;
    const latency = (): number => this.latency();
    this.fleet = new Fleet({
      ...{ time, random, latency, kafka, clickhouse, faults, failures, story, schedule },
      without: options.without ?? null,
      count: (what) => this.count(what),
    });
    this.clients = new Clients({
      time,
      random,
      latency,
      ledger: this.ledger,
      partitions: schedule.partitions,
      sendAgain: schedule.mode !== 'cuts',
      collectors: () => this.fleet.living('collector'),
      append: (batch) => void this.append(batch),
      tell: (what, fields) => this.story.tell(what, fields),
    });
  }

  async start(): Promise<void> {
    const { partitions, processors, sinks } = this.schedule;
    const admin = await this.kafka.admin();
    const tracesPartitions = Math.max(1, partitions - 1);
    const specs = topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions, tracesPartitions });
    for (const spec of specs) this.partitionsOf.set(spec.name, spec.partitions);
    await admin.ensureTopics(specs);
    this.fleet.startOne('collector');
    for (let i = 0; i < processors; i++) this.fleet.startOne('processor');
    for (let i = 0; i < sinks; i++) this.fleet.startOne('sink');
    await this.pass(20);
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms);
  }

  happen(happening: Happening): void {
    this.story.tell('event', happening);
    switch (happening.type) {
      case 'send':
        return this.clients.send(happening.seed, ++this.requests);
      case 'repeat':
        return this.clients.repeat();
      case 'kill':
        return this.fleet.kill(
          this.fleet.choose(happening.role, happening.which),
          happening.backAfterMs,
          happening.isPowerCut,
        );
      case 'pause':
        return this.fleet.pause(
          this.fleet.choose(happening.role, happening.which),
          happening.forMs,
          happening.isNoticed,
        );
      case 'join':
        return this.fleet.join(happening.role);
      case 'leave':
        return this.fleet.leave(this.fleet.choose(happening.role, happening.which));
      case 'garbage':
        return void this.litter(
          happening.kind,
          happening.partition % this.schedule.partitions,
          happening.seed,
        );
      case 'clock':
        return this.stepClock(happening.which, happening.byMs);
      default:
        return this.disturb(happening);
    }
  }

  /** Lets everything come to rest, with all that is needed alive, and audits. */
  async finish(): Promise<RunResult> {
    this.faults.clear();
    this.fleet.calm();
    await this.pass(2_000);
    for (const role of ['collector', 'processor', 'sink'] as const) {
      if (this.fleet.living(role).length === 0) this.fleet.startOne(role);
    }
    await this.untilQuiet();
    let violations = this.violations();
    // Late is not lost.
    while (violations.length > 0 && this.failures.length === 0 && this.time.elapsedMs < PATIENCE_MS) {
      await this.pass(10_000);
      violations = this.violations();
    }
    count(this.faults.tally, 'block refused', this.clickhouse.refused);
    const { tally } = this.faults;
    return { violations, spans: this.ledger.spans, steps: this.time.steps, tally };
  }

  private violations(): string[] {
    const records = this.partitions().flatMap((one) => this.kafka.records(topics.deadLetters, one));
    const letters = readLetters(records, this.ledger.letters);
    return [...this.failures, ...this.ledger.audit(this.clickhouse, letters), ...this.cutsViolations()];
  }

  private cutsViolations(): string[] {
    if (this.schedule.mode !== 'cuts') return [];
    this.faults.tally['run cut'] = 0;
    return this.partitions().flatMap((partition) => {
      const log = this.kafka.records(topics.spans, partition).map(toLogRecord);
      const { cuts, violations } = auditCuts(log, RULES, CUT_AGE_MS);
      count(this.faults.tally, 'run cut', cuts);
      return violations.map((violation) => `partition ${partition}: ${violation}`);
    });
  }

  private partitions(): number[] {
    return [...Array(this.schedule.partitions).keys()];
  }

  private async untilQuiet(): Promise<void> {
    let seen = -1;
    let quietSinceMs = 0;
    while (this.time.elapsedMs < PATIENCE_MS) {
      await this.pass(LOOK_MS);
      const written = this.written();
      if (written !== seen || this.clients.waiting > 0 || this.isSpooling())
        quietSinceMs = this.time.elapsedMs;
      else if (this.time.elapsedMs - quietSinceMs >= QUIET_MS) return;
      seen = written;
    }
    this.failures.push('it never came to rest');
  }

  /** Grows with all that is written. */
  private written(): number {
    let written = this.clickhouse.blocks;
    for (const topic of [topics.spans, topics.traces, topics.metrics]) {
      for (let partition = 0; partition < (this.partitionsOf.get(topic) ?? 0); partition++) {
        written += this.kafka.endOf(topic, partition);
      }
    }
    return written;
  }

  private isSpooling(): boolean {
    return this.fleet
      .living('collector')
      .some(({ disk }) => disk?.files.some((name) => name.endsWith('.spool')));
  }

  private disturb(happening: Extract<Happening, { type: 'fault' | 'away' | 'leaders' | 'disk' }>): void {
    const { faults } = this;
    switch (happening.type) {
      case 'fault':
        return faults.plan(happening.operation, happening.fault);
      case 'away':
        this.count(`${happening.server} away`);
        if (happening.server === 'kafka') faults.leaveKafka(happening.forMs);
        else faults.leaveClickHouse(happening.forMs);
        return;
      case 'leaders':
        this.count('leaders die');
        return faults.isolateLeaders(happening.aloneMs);
      case 'disk':
        if (this.schedule.mode === 'spool') faults.failDisk();
    }
  }

  private async append(batch: PartitionRecords): Promise<number> {
    const producer = await this.kafka.producer();
    return (await producer.append(batch)).offset;
  }

  private async litter(kind: GarbageKind, spansPartition: number, seed: number): Promise<void> {
    // Before the first claim nobody can say whose records these are, and the processor rightly refuses to start.
    if (!this.kafka.hasCommitted(PROCESSOR_GROUP, topics.spans, spansPartition)) return;
    this.count(`garbage ${kind}`);
    const { topic, record, reason, isWhole, spans } = makeGarbage(
      kind,
      topics,
      seed,
      ++this.requests,
      this.time.now(),
    );
    const partition = spansPartition % (this.partitionsOf.get(topic) ?? 1);
    this.ledger.onSent(spans);
    this.ledger.onSuccess(spans);
    const offset = await this.append({ topic, partition, records: [record] });
    this.ledger.letters.push({ topic, partition, offset, reason, value: isWhole ? record.value : null });
  }

  private stepClock(which: number | null, byMs: number): void {
    this.count(which === null ? "broker's clock steps" : 'clock steps');
    if (which !== null) this.fleet.stepClock(which, byMs);
    // More of them would let a client's retry come when its trace is forgotten.
    else if (this.brokerOffMs === 0) this.brokerOffMs = byMs;
  }

  /** Mostly a network's, now and then a crowded one's. */
  private latency(): number {
    const dice = this.random();
    if (dice < 0.8) return Math.floor(dice * 4);
    return dice < 0.97 ? Math.floor((dice - 0.8) * 100) : Math.floor((dice - 0.97) * 10_000);
  }

  private count(what: string): void {
    count(this.faults.tally, what);
  }
}
