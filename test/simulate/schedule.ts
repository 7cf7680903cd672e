/** What happens in a run, event by event: made from a seed, small enough to be read, and still a schedule without some of them. */
import { seeded } from '../support/known_load.ts';
import { FAULTS, OPERATIONS, type Fault, type Operation } from './faults.ts';
import { GARBAGE, type GarbageKind } from './garbage.ts';

export type Role = 'collector' | 'processor' | 'sink';
const ROLES = ['collector', 'processor', 'sink'] as const;

/**
 * plain: clients send again what failed. spool: so do they, and collectors have a spool. cuts: each request is sent once, and endless
 * traces are cut.
 */
export type Mode = 'plain' | 'spool' | 'cuts';

export type Happening =
  | { readonly type: 'send'; readonly seed: number }
  /** A client sends its last request again, though it need not. */
  | { readonly type: 'repeat' }
  | {
      readonly type: 'kill';
      readonly role: Role;
      readonly which: number;
      readonly backAfterMs: number;
      readonly isPowerCut: boolean;
    }
  /** It stops where it stands; where its group notices, others take over. */
  | {
      readonly type: 'pause';
      readonly role: Role;
      readonly which: number;
      readonly forMs: number;
      readonly isNoticed: boolean;
    }
  | { readonly type: 'join'; readonly role: Role }
  | { readonly type: 'leave'; readonly role: Role; readonly which: number }
  | { readonly type: 'fault'; readonly operation: Operation; readonly fault: Fault }
  | { readonly type: 'away'; readonly server: 'kafka' | 'clickhouse'; readonly forMs: number }
  /** The leaders of all partitions die, after a time without followers. */
  | { readonly type: 'leaders'; readonly aloneMs: number }
  /** The next write or sync of a spool fails. */
  | { readonly type: 'disk' }
  /** A record that none of the services has made. */
  | {
      readonly type: 'garbage';
      readonly kind: GarbageKind;
      readonly partition: number;
      readonly seed: number;
    }
  /** `which` null: the broker's clock. */
  | { readonly type: 'clock'; readonly which: number | null; readonly byMs: number };

export interface Event {
  readonly afterMs: number;
  readonly happening: Happening;
}

export interface Schedule {
  readonly seed: number;
  readonly mode: Mode;
  readonly partitions: number;
  readonly processors: number;
  readonly sinks: number;
  /** How long a partition stands still before something is done about it. */
  readonly stallMs: number;
  readonly events: readonly Event[];
}

const LONGEST_PAUSE_MS = 4_000;
const LONGEST_ALONE_MS = 400;
/** By how often. */
const MODES: readonly Mode[] = ['plain', 'plain', 'spool', 'cuts'];

/** Mostly long, since looking after stalls is a tenth of a run; short, it meets what else happens. */
const STALLS_MS = [3_000, 9_000, 9_000, 9_000];

export function makeSchedule(seed: number): Schedule {
  const random = seeded(seed);
  const upTo = (max: number): number => Math.floor(random() * max);
  const events = Array.from({ length: 5 + upTo(30) }, () => ({
    afterMs: random() < 0.6 ? upTo(120) : upTo(1_500),
    happening: makeHappening(random),
  }));
  const mode = pick(MODES, random);
  const [partitions, processors, sinks] = [1 + upTo(2), 1 + upTo(2), 1 + upTo(2)];
  return { seed, mode, partitions, processors, sinks, stallMs: pick(STALLS_MS, random), events };
}

function makeHappening(random: () => number): Happening {
  const upTo = (max: number): number => Math.floor(random() * max);
  const [role, which] = [pick(ROLES, random), upTo(8)];
  const dice = upTo(100);
  if (dice < 34) return { type: 'send', seed: upTo(0x7fff_ffff) };
  if (dice < 37) return { type: 'repeat' };
  if (dice < 50) return { type: 'kill', role, which, backAfterMs: upTo(1_500), isPowerCut: random() < 0.5 };
  if (dice < 59) return makePause(role, which, random);
  if (dice < 63) return { type: 'join', role: pick(['processor', 'sink'], random) };
  if (dice < 67) return { type: 'leave', role: pick(['processor', 'sink'], random), which };
  if (dice < 86) return { type: 'fault', ...makeFault(random) };
  if (dice < 90) return { type: 'away', server: pick(['kafka', 'clickhouse'], random), forMs: upTo(2_000) };
  if (dice < 92) return { type: 'leaders', aloneMs: upTo(LONGEST_ALONE_MS) };
  if (dice < 93) return { type: 'disk' };
  if (dice < 96) {
    return {
      type: 'garbage',
      kind: pick(GARBAGE, random),
      partition: upTo(2),
      seed: upTo(0x7fff_ffff),
    };
  }
  return { type: 'clock', which: random() < 0.2 ? null : which, byMs: upTo(6_000) - 3_000 };
}

function makePause(role: Role, which: number, random: () => number): Happening {
  const upTo = (max: number): number => Math.floor(random() * max);
  // A collector that sleeps for longer than a trace is remembered sends its spans a second time, by right.
  if (role === 'collector') return { type: 'pause', role, which, forMs: upTo(600), isNoticed: false };
  return { type: 'pause', role, which, forMs: 100 + upTo(LONGEST_PAUSE_MS), isNoticed: random() < 0.8 };
}

function makeFault(random: () => number): { operation: Operation; fault: Fault } {
  const fault = pick(FAULTS, random);
  return { operation: fault === 'halfway' ? 'commit' : pick(OPERATIONS, random), fault };
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

export function describeEvent({ afterMs, happening }: Event): string {
  const { type, ...details } = happening;
  const words = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return `+${String(afterMs).padStart(4)} ms  ${type}  ${words.join(', ')}`;
}
