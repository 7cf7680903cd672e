/** `spanmill status`: the processes of the local stack and the pipeline's own figures. Exit code 1 when one is not well. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkHealth, scrape, type ProcessHealth } from '../../local/health.ts';
import { stateFile } from '../../local/paths.ts';
import { planLocal } from '../../local/plan.ts';
import { isRunning } from '../../local/process_table.ts';
import { readState, type SupervisorState } from '../../local/state.ts';
import { CliError, type CliContext } from '../context.ts';
import { pipelineFigures, type Figure } from '../pipeline_figures.ts';
import { parsePrometheusText, type Sample } from '../../platform/prometheus_text.ts';
import { createStyle } from '../style.ts';
import { renderTable, type Column } from '../table.ts';
import { durationText } from '../units.ts';

/** Between the two scrapes from which rates are worked out. */
const INTERVAL_MS = 1000;
const MEGABYTE = 1024 * 1024;

const PROCESS_COLUMNS: readonly Column[] = [
  { name: 'process', align: 'left' },
  { name: 'state', align: 'left' },
  { name: 'pid', align: 'right' },
  { name: 'uptime', align: 'right' },
  { name: 'restarts', align: 'right' },
  { name: 'memory', align: 'right' },
  { name: 'health', align: 'left' },
];
const FIGURE_COLUMNS: readonly Column[] = [
  { name: 'figure', align: 'left' },
  { name: 'value', align: 'left' },
  { name: 'meaning', align: 'left' },
];

export function register(program: Command, context: CliContext): void {
  program
    .command('status')
    .description("the processes that run, and the pipeline's own figures")
    .addHelpText('after', '\nExit code 1 when a process is not well or nothing runs.')
    .action(() => status(context));
}

async function status(context: CliContext): Promise<void> {
  const plan = planLocal(context.env, context.root);
  const state = readState(stateFile(plan.home));
  if (state === null || !isRunning(state.supervisor)) {
    throw new CliError([state === null ? 'nothing was started here yet: spanmill up' : stoppedText(state)]);
  }
  const urls = state.processes.flatMap(({ healthUrl }) => (healthUrl === null ? [] : [healthUrl]));
  const [processes, figures] = await Promise.all([
    Promise.all(state.processes.map(checkHealth)),
    measure(urls, context),
  ]);
  const lines = statusLines(state, processes, figures, context);
  context.write(`${lines.join('\n')}\n`);
  const ill = processes.filter(({ isHealthy }) => !isHealthy).map(({ record }) => record.name);
  if (ill.length > 0) throw new CliError([`not well: ${ill.join(', ')}`]);
  if (state.phase !== 'ready') throw new CliError([`the stack is ${state.phase}`]);
}

function stoppedText(state: SupervisorState): string {
  if (state.phase === 'stopped') return 'nothing is running: spanmill up';
  if (state.phase === 'failed') return `the last start failed: ${state.failure ?? 'see the logs'}`;
  return 'the last run was killed: spanmill up goes on where it was, spanmill down ends what is left of it';
}

async function measure(urls: readonly string[], { clock }: CliContext): Promise<Figure[]> {
  const before = await scrapeAll(urls);
  const beforeMs = clock.now();
  await delay(INTERVAL_MS);
  const now = await scrapeAll(urls);
  return pipelineFigures({ before, now, elapsedMs: clock.now() - beforeMs });
}

async function scrapeAll(urls: readonly string[]): Promise<Sample[]> {
  const texts = await Promise.all(urls.map(scrape));
  return texts.flatMap((text) => (text === null ? [] : parsePrometheusText(text)));
}

export function statusLines(
  state: SupervisorState,
  processes: readonly ProcessHealth[],
  figures: readonly Figure[],
  { terminal, clock }: Pick<CliContext, 'terminal' | 'clock'>,
): string[] {
  const { bold, yellow } = createStyle(terminal.color);
  const rows = processes.map((process) => processRow(process, clock.now()));
  return [
    `${bold('Spanmill')} is ${state.phase}, ${state.addresses.query}`,
    ...(state.failure === null ? [] : [yellow(state.failure)]),
    '',
    ...renderTable(PROCESS_COLUMNS, rows, terminal),
    '',
    ...renderTable(
      FIGURE_COLUMNS,
      figures.map(({ name, value, meaning }) => [name, value, meaning]),
      terminal,
    ),
  ];
}

function processRow({ record, health, residentBytes }: ProcessHealth, nowMs: number): string[] {
  const { name, state, identity, startedAtMs, restarts } = record;
  const uptime = identity === null || startedAtMs === null ? '-' : durationText((nowMs - startedAtMs) * 1e6);
  return [
    name,
    state,
    identity === null ? '-' : String(identity.pid),
    uptime,
    String(restarts),
    residentBytes === null ? '-' : `${Math.round(residentBytes / MEGABYTE)} MB`,
    health,
  ];
}
