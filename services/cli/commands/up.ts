/** `spanmill up`: starts the local stack in the background and tells what its supervisor does until all of it runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { endLeftovers, leftovers, spawnSupervisor, type StartedSupervisor } from '../../local/control.ts';
import { LogTail } from '../../local/log_files.ts';
import { logFile, stateFile } from '../../local/paths.ts';
import { planLocal, type LocalPlan } from '../../local/plan.ts';
import { findObstacles } from '../../local/preflight.ts';
import { isRunning } from '../../local/process_table.ts';
import { readState, type SupervisorState } from '../../local/state.ts';
import { CliError, type CliContext } from '../context.ts';
import { LogFollower } from '../log_follower.ts';
import { Progress } from '../progress.ts';
import { createStyle } from '../style.ts';
import { down } from './down.ts';

interface UpOptions {
  readonly foreground: boolean;
  readonly demo: boolean;
}

const POLL_MS = 100;
const FOLLOW_MS = 250;

export function register(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('start Kafka, ClickHouse, the services and the demo shop on this machine')
    .option('--foreground', 'follow the logs until Ctrl-C, then stop everything', false)
    .option('--no-demo', 'without the demo shop (also: DEMO=0)')
    .addHelpText('after', '\nEverything is kept under SPANMILL_HOME (.spanmill). Stop it with: spanmill down')
    .action(async (options: UpOptions) => {
      const env = options.demo ? context.env : { ...context.env, DEMO: '0' };
      await up({ ...context, env }, options.foreground);
    });
}

export async function up(context: CliContext, foreground: boolean): Promise<void> {
  const plan = planLocal(context.env, context.root);
  const before = await settledState(plan);
  if (before !== null && isRunning(before.supervisor)) {
    if (before.phase === 'starting') await follow(plan, null, context);
    else context.write(`Spanmill is running already (since ${clockTime(before.startedAtMs)}).\n`);
  } else {
    if (before !== null) await clearUp(plan, before, context);
    await refuseObstacles(plan);
    context.write('Starting Spanmill\n');
    await follow(plan, spawnSupervisor(plan), context);
  }
  context.write(whereThingsAre(readState(stateFile(plan.home)), context));
  if (foreground) await stayInForeground(plan, context);
}

/** A supervisor that is just stopping is waited for. */
async function settledState(plan: LocalPlan): Promise<SupervisorState | null> {
  for (;;) {
    const state = readState(stateFile(plan.home));
    if (state === null || !['stopping', 'stopped', 'failed'].includes(state.phase)) return state;
    if (!isRunning(state.supervisor)) return state;
    await delay(POLL_MS);
  }
}

async function clearUp(plan: LocalPlan, state: SupervisorState, { write }: CliContext): Promise<void> {
  const left = leftovers(state);
  if (left.length === 0) return;
  write(`The last run was killed; ending what is left of it (${left.map(({ name }) => name).join(', ')})\n`);
  await endLeftovers(plan.home, left, () => undefined);
}

async function refuseObstacles(plan: LocalPlan): Promise<void> {
  const obstacles = await findObstacles(plan);
  if (obstacles.length > 0) throw new CliError(obstacles);
}

/** Shows the steps until the stack is ready. Throws CliError when it is not going to be. */
async function follow(
  plan: LocalPlan,
  started: StartedSupervisor | null,
  context: CliContext,
): Promise<void> {
  const progress = new Progress(context.terminal, context.write);
  const interrupted = context.interrupted().then(() => 'interrupted' as const);
  for (;;) {
    const state = readState(stateFile(plan.home));
    const isOurs = state !== null && isFollowed(state, started);
    if (isOurs) progress.update(state.steps, context.clock.now());
    if (isOurs && state.phase === 'ready') break;
    const isGone = isOurs ? !isRunning(state.supervisor) : started?.end() !== undefined;
    if (isGone) {
      progress.end();
      throw new CliError([reasonOfEnd(plan, isOurs ? state : null, started)]);
    }
    if ((await Promise.race([interrupted, delay(POLL_MS)])) === 'interrupted') {
      progress.end();
      await down(context);
      throw new CliError(['interrupted while it started: everything is stopped again']);
    }
  }
  progress.end();
}

/** The supervisor that was started here, or one that was there first and made this one step back. */
function isFollowed({ supervisor }: SupervisorState, started: StartedSupervisor | null): boolean {
  if (started === null || supervisor.pid === started.pid) return true;
  return started.end() !== undefined && isRunning(supervisor);
}

function reasonOfEnd(
  plan: LocalPlan,
  state: SupervisorState | null,
  started: StartedSupervisor | null,
): string {
  if (state?.failure != null) return state.failure;
  if (state?.phase === 'stopped') return 'it was stopped while it started';
  return `the supervisor ended (${started?.end() ?? 'killed'}): see ${logFile(plan.home, 'supervisor')}`;
}

function whereThingsAre(state: SupervisorState | null, { terminal }: CliContext): string {
  if (state === null) return '';
  const { bold, dim, yellow } = createStyle(terminal.color);
  const { addresses, failure } = state;
  const lines = [
    ...(failure === null ? [] : ['', yellow(failure)]),
    '',
    `  ${bold('query API')}      ${addresses.query}`,
    `  ${bold('send spans to')}  ${addresses.otlpGrpc} (OTLP/gRPC), ${addresses.otlpHttp}/v1/traces (OTLP/HTTP)`,
    `  ${bold('ClickHouse')}     ${addresses.clickhouse}, database ${addresses.database}`,
    ...(addresses.shop === null ? [] : [`  ${bold('demo shop')}      ${addresses.shop}`]),
    '',
    dim('Try next:'),
    '  bin/spanmill services',
    '  bin/spanmill sql "SELECT count(), uniq(TraceId) FROM otel_traces"',
    '  bin/spanmill status',
    '',
    '',
  ];
  return lines.join('\n');
}

/** Shows new log lines until Ctrl-C or until the supervisor is gone. */
async function stayInForeground(plan: LocalPlan, context: CliContext): Promise<void> {
  const state = readState(stateFile(plan.home));
  if (state === null) return;
  const names = ['supervisor', ...state.processes.map(({ name }) => name)];
  const follower = new LogFollower(
    names.map((name) => ({ name, tail: new LogTail(logFile(plan.home, name)) })),
    context,
  );
  const interrupted = context.interrupted().then(() => 'interrupted' as const);
  while (isRunning(state.supervisor)) {
    follower.show();
    if ((await Promise.race([interrupted, delay(FOLLOW_MS)])) === 'interrupted') break;
  }
  follower.show();
  await down(context);
}

function clockTime(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE');
}
