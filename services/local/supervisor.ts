/**
 * Owns every process of the local stack: starts them in order, keeps them running, stops them in the reverse order.
 * What it does is in the state file at any time. Not for talking to the user: that is the CLI, from that file.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { countSpansSince } from './first_trace.ts';
import { ensureKafkaJars } from './kafka_jars.ts';
import { launchClickHouse, launchKafka, launchNode, type OnSpawn } from './launch.ts';
import { rotate } from './log_files.ts';
import { jarsDirectory, logFile, stateFile } from './paths.ts';
import type { LocalPlan, ProcessPlan } from './plan.ts';
import { createTopics, migrateTables } from './prepare.ts';
import type { ProcessIdentity } from './process_table.ts';
import type { RunningServer } from './server_process.ts';
import { writeState, type Phase } from './state.ts';
import { Steps } from './steps.ts';
import { Supervised } from './supervised.ts';

export interface SupervisorOptions {
  readonly plan: LocalPlan;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly clock: Clock;
}

const FIRST_TRACE_POLL_MS = 200;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #plan: LocalPlan;
  readonly #startedAtMs: number;
  readonly #steps: Steps;
  /** In the order in which they were started. */
  readonly #processes: Supervised[] = [];
  #phase: Phase = 'starting';
  #failure: string | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#startedAtMs = options.clock.now();
    this.#steps = new Steps(options.clock, () => this.#publish());
  }

  /** Resolves when everything runs. Throws with one line for the user; what was started is still there to be stopped. */
  async start(): Promise<void> {
    const plan = this.#plan;
    this.#publish();
    await Promise.all([this.#startKafka(), this.#startClickHouse()]);
    await this.#startAll('services', plan.services);
    if (plan.shop.length > 0) await this.#startShop();
    this.#phase = 'ready';
    this.#publish();
  }

  /** The reverse way: first no more spans come in, the servers go last. */
  async stop(failure: string | null = null): Promise<void> {
    this.#phase = 'stopping';
    this.#failure = failure;
    this.#publish();
    for (const process of this.#processes.toReversed()) {
      await this.#steps.run(`stop ${process.record.name}`, async () => {
        await process.stop();
        return '';
      });
    }
    this.#phase = failure === null ? 'stopped' : 'failed';
    this.#publish();
  }

  /** Keeps the log files small; to be called now and then. */
  rotateLogs(): void {
    const names = ['supervisor', ...this.#processes.map((process) => process.record.name)];
    for (const name of names) rotate(logFile(this.#plan.home, name), this.#plan.config.logBytes);
  }

  async #startKafka(): Promise<void> {
    const plan = this.#plan;
    await this.#step('Kafka jars', async () => {
      const fetched = await ensureKafkaJars(jarsDirectory(plan.home));
      return fetched ? 'resolved by Maven' : 'there already';
    });
    const kafka = this.#supervise('kafka', null, (onSpawn) => launchKafka(plan, onSpawn));
    await this.#step('Kafka', async () => {
      await kafka.start();
      return plan.addresses.kafka;
    });
    await this.#step('topics', async () => {
      const { created, different } = await createTopics(plan.env, this.#options.log);
      for (const difference of different)
        this.#options.log.warn({ difference }, 'topic is not as configured');
      return created.length === 0 ? 'there already' : `${created.length} created`;
    });
  }

  async #startClickHouse(): Promise<void> {
    const plan = this.#plan;
    const clickhouse = this.#supervise('clickhouse', null, (onSpawn) => launchClickHouse(plan, onSpawn));
    await this.#step('ClickHouse', async () => {
      await clickhouse.start();
      return plan.addresses.clickhouse;
    });
    await this.#step('tables', async () => {
      const applied = await migrateTables(plan.env);
      return applied === 0 ? 'up to date' : `${applied} migrations applied`;
    });
  }

  /** All at once: they find each other through Kafka only. */
  async #startAll(name: string, plans: readonly ProcessPlan[]): Promise<void> {
    const processes = plans.map((plan) =>
      this.#supervise(plan.name, plan.healthUrl, (onSpawn) => launchNode(this.#plan, plan, onSpawn)),
    );
    await this.#step(name, async () => {
      await Promise.all(processes.map((process) => process.start()));
      return plans.map((plan) => plan.name).join(', ');
    });
  }

  /** The load begins when the whole shop is there: a visit that finds a closed door is no good sample. */
  async #startShop(): Promise<void> {
    const { shop, config, env } = this.#plan;
    await this.#startAll('demo shop', shop.slice(0, -1));
    const sinceMs = this.#options.clock.now();
    await this.#startAll('load driver', shop.slice(-1));
    await this.#step('first trace stored', async () => {
      for (let waited = 0; waited < config.startTimeoutMs; waited += FIRST_TRACE_POLL_MS) {
        if ((await countSpansSince(env, sinceMs).catch(() => 0)) > 0) return '';
        await delay(FIRST_TRACE_POLL_MS);
      }
      // No reason to stop anything: a long backlog, say, comes first.
      this.#failure =
        `everything runs, but no trace of the shop reached ClickHouse within ${config.startTimeoutMs / 1000} s: ` +
        `see spanmill status, and ${logFile(this.#plan.home, '*')}`;
      return 'not yet';
    });
  }

  async #step(name: string, work: () => Promise<string>): Promise<void> {
    // A stop may come in the middle of a start: nothing new begins then.
    if (this.#phase !== 'starting') throw new Error('stopped while it started');
    await this.#steps.run(name, work);
  }

  #supervise(
    name: string,
    healthUrl: string | null,
    launch: (onSpawn: OnSpawn) => Promise<RunningServer>,
  ): Supervised {
    const supervised = new Supervised({
      name,
      healthUrl,
      logFile: logFile(this.#plan.home, name),
      launch,
      log: this.#options.log,
      clock: this.#options.clock,
      onChange: () => this.#publish(),
    });
    this.#processes.push(supervised);
    return supervised;
  }

  #publish(): void {
    writeState(stateFile(this.#plan.home), {
      supervisor: this.#options.self,
      phase: this.#phase,
      startedAtMs: this.#startedAtMs,
      steps: this.#steps.records,
      processes: this.#processes.map((process) => process.record),
      addresses: this.#plan.addresses,
      failure: this.#failure,
    });
  }
}
