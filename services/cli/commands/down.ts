/** `spanmill down`: stops the local stack in order. What is stored stays, and the next `up` goes on with it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { endLeftovers, leftovers, stopSupervisor } from '../../local/control.ts';
import { stateFile } from '../../local/paths.ts';
import { planLocal, type LocalPlan } from '../../local/plan.ts';
import { isRunning } from '../../local/process_table.ts';
import { readState, type SupervisorState } from '../../local/state.ts';
import type { CliContext } from '../context.ts';
import { Progress } from '../progress.ts';

const POLL_MS = 100;

export function register(program: Command, context: CliContext): void {
  program
    .command('down')
    .description('stop everything that up has started; the data stays')
    .action(() => down(context));
}

export async function down(context: CliContext): Promise<void> {
  const plan = planLocal(context.env, context.root);
  const state = readState(stateFile(plan.home));
  if (state !== null && isRunning(state.supervisor)) return stopInOrder(plan, state, context);
  const left = state === null ? [] : leftovers(state);
  if (left.length === 0) {
    context.write('Nothing is running.\n');
    return;
  }
  context.write('The supervisor was killed; ending what is left\n');
  await endLeftovers(plan.home, left, (name) => context.write(`  ended ${name}\n`));
}

async function stopInOrder(plan: LocalPlan, before: SupervisorState, context: CliContext): Promise<void> {
  context.write('Stopping Spanmill\n');
  const progress = new Progress(context.terminal, context.write);
  const shown = before.steps.length;
  const show = (): void => {
    const steps = readState(stateFile(plan.home))?.steps ?? [];
    progress.update(steps.slice(shown), context.clock.now());
  };
  const stopped = stopSupervisor(before).then(() => 'stopped' as const);
  while ((await Promise.race([stopped, delay(POLL_MS)])) !== 'stopped') show();
  show();
  progress.end();
  const left = leftovers(before);
  await endLeftovers(plan.home, left, (name) => context.write(`  ended ${name}\n`));
  context.write('Stopped. The data stays; go on with: spanmill up\n');
}
