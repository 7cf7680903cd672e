/**
 * One drill from its start to its verdict: a stack, a load, faults with recoveries between them, quiet, the audit. Processes
 * and files are the caller's to remove, who may end the drill at any moment.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../support/known_load.ts';
import type { DrillArguments } from './arguments.ts';
import { audit, type AuditResult, type Poison } from './audit.ts';
import { faultNamed } from './faults/all.ts';
import type { Stage } from './faults/fault.ts';
import { lagTable, memoryTable, type StepFigures } from './figures.ts';
import { LagWatch } from './lag.ts';
import { startLoad, type Load } from './load.ts';
import { MemoryWatch, type Peak } from './memory.ts';
import type { Progress } from './progress.ts';
import { brokenPromises, reportTable, type FaultWindow } from './report.ts';
import { restore } from './restore.ts';
import type { Roster } from './roster.ts';
import { estimateMs, makeSchedule, stepName, type PlannedFault, type Step } from './schedule.ts';
import { ledgerDirectory, RULES, startStack, type Stack } from './stack.ts';
import { normalLag, untilFlowing, untilQuiet, untilRecovered } from './waiting.ts';

export interface DrillOptions extends DrillArguments {
  readonly home: string;
  readonly directory: string;
  readonly roster: Roster;
  /** For ports alone: where a drill listens is no part of it. */
  readonly chance: () => number;
  readonly progress: Progress;
  /** Told as soon as they are there. */
  readonly onStack: (stack: Stack, lag: LagWatch) => void;
  readonly onEnd: (endsAtMs: number) => void;
}

export interface Verdict {
  readonly report: string;
  /** What is not as promised; empty for a drill that went well. */
  readonly failures: readonly string[];
}

/** What the drill holds while it runs. */
interface Running {
  readonly options: DrillOptions;
  readonly stack: Stack;
  readonly load: Load;
  readonly lag: LagWatch;
  readonly poisons: Poison[];
  /** Of faults that could not be made or healed. */
  readonly failures: string[];
  /** A lag that is nothing unusual. */
  readonly usualLag: number;
}

const WARM_UP_MS = 8_000;
/** After the load: the last traces fall silent, the last windows close, the audit. */
const ENDING_ESTIMATE_MS = RULES.forgetMs + 40_000;

export async function runDrill(options: DrillOptions): Promise<Verdict> {
  const { progress } = options;
  const steps = makeSchedule(options);
  const stack = await startStack({
    ...options,
    random: options.chance,
    onStep: (what) => progress.phase(what),
  });
  const memory = new MemoryWatch(stack.roster);
  const lag = new LagWatch(stack.kafka, stack.topics);
  options.onStack(stack, lag);
  const load = startLoad({
    ...{ seed: options.seed, spansPerSecond: options.spansPerSecond, collectors: stack.collectors },
    ...{ directory: ledgerDirectory(options.directory), forgetMs: RULES.forgetMs },
  });
  progress.phase('warming up');
  await untilFlowing(stack);
  const flowingSinceMs = Date.now();
  await delay(WARM_UP_MS);
  const usualLag = normalLag(lag.between(flowingSinceMs, Date.now()));
  const running: Running = { options, stack, load, lag, poisons: [], failures: [], usualLag };
  const figures = await runSteps(steps, running);
  progress.phase('ending the load');
  await load.stop();
  progress.phase('waiting until nothing moves');
  const isQuiet = await untilQuiet(lag);
  progress.phase('auditing');
  const windows = figures.map(({ window }) => window);
  const result = await auditAll(running, windows);
  memory.stop();
  await lag.stop();
  const failures = failuresOf({ result, windows, isQuiet, peaks: memory.peaks, surprises: stack.surprises });
  const tables = [reportTable(result, windows), lagTable(figures), memoryTable(memory.peaks)];
  return { report: tables.join('\n\n'), failures: [...running.failures, ...failures] };
}

async function runSteps(steps: readonly Step[], running: Running): Promise<StepFigures[]> {
  const { options } = running;
  const done: StepFigures[] = [];
  for (const [index, step] of steps.entries()) {
    const left = steps.slice(index).reduce((sum, one) => sum + estimateMs(one), 0);
    options.onEnd(Date.now() + left + ENDING_ESTIMATE_MS);
    options.progress.phase(`before ${stepName(step)} (${index + 1} of ${steps.length})`);
    await delay(step.pauseMs);
    const figures = await runStep(step, `${index + 1} of ${steps.length}`, running);
    done.push(figures);
    options.progress.line(stepLine(figures));
  }
  return done;
}

async function runStep(step: Step, position: string, running: Running): Promise<StepFigures> {
  const { lag, load, options, stack, usualLag } = running;
  const fault = stepName(step);
  const notes: string[] = [];
  const skipped: string[] = [];
  const startedAtMs = Date.now();
  options.progress.phase(`${fault} (${position})`);
  try {
    const isAlone = step.faults.length === 1;
    const ran = await Promise.all(step.faults.map((one) => runFault(one, { notes, isAlone }, running)));
    skipped.push(...step.faults.filter((_, i) => ran[i] === false).map(({ name }) => name));
  } catch (error) {
    running.failures.push(`${fault}: ${(error as Error).message}`);
    options.progress.phase(`bringing back what ${fault} left broken`);
    await restore(stack, load, options.spansPerSecond);
  }
  const healedAtMs = Date.now();
  options.progress.phase(`recovering from ${fault} (${position})`);
  const recoveredAtMs = await untilRecovered(stack, lag, usualLag);
  const samples = lag.between(startedAtMs, recoveredAtMs ?? Date.now());
  // A fault that was not made is none that was lived through.
  const name = skipped.length === 0 ? fault : `${fault} (SKIPPED: ${skipped.join(', ')})`;
  return { window: { fault: name, startedAtMs, healedAtMs, recoveredAtMs }, samples, notes };
}

/** False where it cannot be made here. */
async function runFault(
  planned: PlannedFault,
  { notes, isAlone }: { readonly notes: string[]; readonly isAlone: boolean },
  running: Running,
): Promise<boolean> {
  const { failures, load, options, poisons, stack } = running;
  const fault = faultNamed(planned.name);
  const stage: Stage = {
    ...{ stack, load, spansPerSecond: options.spansPerSecond, holdMs: planned.holdMs },
    random: seeded(planned.seed),
    sleep: delay,
    note: (text) => notes.push(text),
    missed: (text) => {
      notes.push(`MISSED: ${text}`);
      // Beside another fault there may be nothing to hit.
      if (isAlone) failures.push(`${planned.name} hit nothing (${text}): it proves nothing`);
    },
    addPoison: (poison) => poisons.push(poison),
  };
  await delay(planned.afterMs);
  const obstacle = fault.obstacle?.(stage) ?? null;
  if (obstacle !== null) {
    notes.push(`SKIPPED: ${obstacle}`);
    return false;
  }
  const begunMs = Date.now();
  const heal = await fault.inject(stage);
  await delay(Math.max(0, begunMs + planned.holdMs - Date.now()));
  await heal();
  return true;
}

function stepLine({ window, notes }: StepFigures): string {
  const { fault, startedAtMs, healedAtMs, recoveredAtMs } = window;
  const lasted = ((healedAtMs - startedAtMs) / 1000).toFixed(1);
  const recovered =
    recoveredAtMs === null
      ? 'NOT recovered'
      : `recovered in ${((recoveredAtMs - healedAtMs) / 1000).toFixed(1)} s`;
  return `  ${fault}: ${lasted} s, ${recovered} (${notes.join('; ')})`;
}

function auditAll({ load, poisons, stack }: Running, windows: readonly FaultWindow[]): Promise<AuditResult> {
  const { clickhouse, kafka, topics } = stack;
  return audit({ clickhouse, kafka, topics, ledger: load.ledger, ...RULES, poisons }, windows);
}

interface Outcome {
  readonly result: AuditResult;
  readonly windows: readonly FaultWindow[];
  readonly isQuiet: boolean;
  readonly peaks: readonly Peak[];
  readonly surprises: readonly string[];
}

/** Everything that must be zero and is not, in words. */
export function failuresOf({ result, windows, isQuiet, peaks, surprises }: Outcome): string[] {
  const failures = brokenPromises(result);
  if (!isQuiet) failures.push('the pipeline did not come to rest');
  for (const { fault, recoveredAtMs } of windows) {
    if (recoveredAtMs === null) failures.push(`not recovered from ${fault}`);
  }
  for (const { process, bytes, limit } of peaks) {
    if (bytes > limit) failures.push(`${process} used ${bytes} bytes, its limit is ${limit}`);
  }
  return [...failures, ...surprises];
}
