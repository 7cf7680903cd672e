/** Services that stop where they stand (SIGSTOP), are replaced by others, and wake up with what they had in hand. */
import type { Role } from '../members.ts';
import { pickOne, type Fault } from './fault.ts';

export const ZOMBIES: readonly Fault[] = [
  zombie('processor', { short: 9, long: 30 }),
  zombie('sink', { short: 9, long: 30 }),
  // Its clients give up and repeat elsewhere what it still has in hand: within `forget`, or it would count again by right.
  zombie('collector', { short: 9, long: 12 }),
];

function zombie(role: Role, seconds: Fault['seconds']): Fault {
  return {
    name: `zombie-${role}`,
    what: `SIGSTOP of a ${role} for longer than its session, then SIGCONT`,
    touches: [role],
    seconds,
    inject: ({ stack, random, note }) => {
      const member = pickOne(
        stack.members[role].filter(({ isUp }) => isUp),
        random,
      );
      member.pause();
      note(member.name);
      return Promise.resolve(() => {
        member.resume();
        return Promise.resolve();
      });
    },
  };
}
