/** What a fault is, and what it gets to do its work. */
import type { Poison } from '../audit.ts';
import type { Load } from '../load.ts';
import type { Stack } from '../stack.ts';

export interface Stage {
  readonly stack: Stack;
  readonly load: Load;
  /** The rate that the drill asks of the load; a fault that changes it sets it back. */
  readonly spansPerSecond: number;
  /** The same seed picks the same victims. */
  readonly random: () => number;
  /** From the injection to the healing. */
  readonly holdMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** What the report says beside the figures: what was hit, and the proof that it was. */
  readonly note: (text: string) => void;
  /** That the fault hit nothing, and why: alone it should have, so the drill fails. */
  readonly missed: (text: string) => void;
  readonly addPoison: (poison: Poison) => void;
}

/** What a fault takes away or changes. Two faults overlap only where they have none in common. */
export type Part = 'collector' | 'processor' | 'sink' | 'brokers' | 'clickhouse' | 'clients';

/** Brings back what the fault took away. Resolves when that is begun; the drill looks for the recovery. */
export type Heal = () => Promise<void>;

export interface Fault {
  readonly name: string;
  /** In one line, for `--list`. */
  readonly what: string;
  readonly touches: readonly Part[];
  /** How long it lasts, in seconds: in the short drill, and in others. */
  readonly seconds: { readonly short: number; readonly long: number };
  /** Why it cannot be made here, or null. */
  readonly obstacle?: (stage: Stage) => string | null;
  inject(stage: Stage): Promise<Heal>;
}

export function pickOne<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** Resolves with the first answer that is not null; throws when there is none in time. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  stage: Pick<Stage, 'sleep'>,
  look: () => Promise<T | null>,
): Promise<T> {
  const POLL_MS = 100;
  const giveUpAt = performance.now() + timeoutMs;
  while (performance.now() < giveUpAt) {
    const found = await look();
    if (found !== null) return found;
    await stage.sleep(POLL_MS);
  }
  throw new Error(`${what} did not happen within ${timeoutMs / 1000} s`);
}
