/** What may befall a group of processors, and what the drill demands of each case. */
export const CASES = ['added', 'stopped', 'killed', 'back', 'restarted'] as const;
export type Case = (typeof CASES)[number];

export const CASE_TEXTS: Readonly<Record<Case, string>> = {
  added: 'member added',
  stopped: 'member stopped (SIGTERM)',
  killed: 'member SIGKILLed, not restarted',
  back: 'killed member back',
  restarted: 'member SIGKILLed, restarted at once',
};

/** Longest pause of a partition that stays where it is, whatever happens. */
export const UNMOVED_LIMIT_MS = 500;
/** The shortest session that brokers allow: so long nobody knows that a member is dead. */
const SESSION_MS = 6_000;
const MOVED_LIMIT_MS = 1_500;
const MOVED_AFTER_KILL_MS = 1_000;

/** Longest pause of a partition that moves, its replay aside. */
export function movedLimitMs(which: Case): number {
  return which === 'killed' || which === 'restarted' ? SESSION_MS + MOVED_AFTER_KILL_MS : MOVED_LIMIT_MS;
}

/** One partition in one case of one cycle. */
export interface Pause {
  readonly which: Case;
  readonly partition: number;
  /** Whether somebody claimed it, be it the owner that it had. */
  readonly moved: boolean;
  /** The longest time without progress, less what is usual. */
  readonly ms: number;
  /** From the last claim to the first progress after it, less what is usual; 0 for what did not move. */
  readonly replayMs: number;
}
