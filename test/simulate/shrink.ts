/** Makes a failing schedule smaller: drops events for as long as it still fails, many at first and one by one at last. */
import type { Event, Schedule } from './schedule.ts';

export async function shrink(
  schedule: Schedule,
  fails: (candidate: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let smallest = schedule;
  for (let size = Math.ceil(schedule.events.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.events.length;) {
      const candidate = { ...smallest, events: without(smallest.events, at, size) };
      if (await fails(candidate)) smallest = candidate;
      else at += size;
    }
  }
  return smallest;
}

/** What comes behind the dropped events comes when it did. */
function without(events: readonly Event[], at: number, count: number): Event[] {
  const kept = events.toSpliced(at, count);
  const gapMs = events.slice(at, at + count).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const next = kept[at];
  if (next !== undefined) kept[at] = { ...next, afterMs: next.afterMs + gapMs };
  return kept;
}
