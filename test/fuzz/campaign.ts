/**
 * Runs one target on inputs made from its seeds, in the thread that calls. Deterministic: the same seed and the same decoder
 * give the same inputs.
 *
 * Not for inputs that never end: the supervisor (supervise.ts) watches for those from another thread, by `onInput`.
 */
import { seeded } from '../support/known_load.ts';
import { minimised } from './minimise.ts';
import { dice } from './mutate/dice.ts';
import { mutate } from './mutate/mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface Finding {
  readonly target: string;
  /** The error's name and message without its numbers, or `hang`, `memory`. */
  readonly problem: string;
  readonly stack: string;
  readonly seed: number;
  readonly iteration: number;
  /** Made small where that keeps the problem. */
  readonly input: Uint8Array;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly firstIteration: number;
  readonly inputs: number;
  /** Unix time at which it ends, whatever is left. */
  readonly deadlineMs: number;
  /** Seeds that an earlier part of the campaign found. */
  readonly found: readonly Uint8Array[];
  readonly now: () => number;
  /** Before an input runs. */
  readonly onInput: (iteration: number, input: Uint8Array) => void;
  readonly onSeed: (input: Uint8Array) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface CampaignResult {
  readonly inputs: number;
  readonly slowestMs: number;
  /** Kinds of outcome that were seen. */
  readonly outcomes: number;
}

const MAX_FOUND_SEEDS = 500;
/** Findings of one campaign: a decoder that fails on everything need not say so a million times. */
const MAX_FINDINGS = 20;
/** Of a decoder that says something else each time. */
const MAX_OUTCOMES = 10_000;
/** Inputs between two looks at the clock. */
const CLOCK_EVERY = 64;

export async function runCampaign(target: FuzzTarget, options: CampaignOptions): Promise<CampaignResult> {
  const corpus = [...target.seeds, ...options.found];
  const outcomes = new Set<string>();
  const problems = new Set<string>();
  let slowestMs = 0;
  let iteration = options.firstIteration;
  const end = options.firstIteration + options.inputs;
  for (; iteration < end; iteration++) {
    if (iteration % CLOCK_EVERY === 0 && options.now() >= options.deadlineMs) break;
    const input = inputOf(target, corpus, options.seed, iteration);
    options.onInput(iteration, input);
    const startedMs = performance.now();
    const outcome = await attempt(target, input);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    const kind = withoutNumbers(outcome.text);
    if (outcome.failure !== null && !problems.has(kind) && problems.size < MAX_FINDINGS) {
      problems.add(kind);
      const small = await minimised(input, async (bytes) => {
        options.onInput(iteration, bytes);
        return withoutNumbers((await attempt(target, bytes)).text) === kind;
      });
      const { seed } = options;
      options.onFinding({
        ...{ target: target.name, problem: kind, stack: outcome.failure.stack ?? '', seed, iteration },
        input: small,
      });
    }
    if (outcomes.has(kind) || outcomes.size >= MAX_OUTCOMES) continue;
    outcomes.add(kind);
    if (corpus.length - target.seeds.length >= MAX_FOUND_SEEDS || input.length === 0) continue;
    corpus.push(input);
    options.onSeed(input);
  }
  return { inputs: iteration - options.firstIteration, slowestMs, outcomes: outcomes.size };
}

/** The first inputs are the seeds themselves. */
function inputOf(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  seed: number,
  iteration: number,
): Uint8Array {
  const own = target.seeds[iteration];
  if (own !== undefined) return own;
  const chance = dice(seeded(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(iteration, 0x85eb_ca6b)));
  return mutate(chance.pick(corpus), chance, corpus);
}

interface Attempt {
  readonly text: string;
  readonly failure: Error | null;
}

export async function attempt(target: FuzzTarget, input: Uint8Array): Promise<Attempt> {
  try {
    const result = target.run(input);
    // Most decoders are synchronous: a turn of the event loop for each input would cost more than they do.
    const answer: unknown = result instanceof Promise ? await result : result;
    return { text: typeof answer === 'string' ? answer : 'decoded', failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { text: `${failure.name}: ${failure.message}`, failure };
  }
}

/** What a problem is called, whatever offset it was found at or text it quotes. */
function withoutNumbers(text: string): string {
  return text
    .slice(0, 300)
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/\d+/g, '#')
    .replace(/[^ -~…]+/g, '?');
}
