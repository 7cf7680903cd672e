/** Services that end at once (SIGKILL) or in order (SIGTERM), and are started again. */
import type { Role } from '../members.ts';
import { pickOne, type Fault } from './fault.ts';

const ROLES = ['collector', 'processor', 'sink'] as const;

export const CRASHES: readonly Fault[] = [
  ...ROLES.map((role) => ending(role, 'kill', 'SIGKILL')),
  ...ROLES.map((role) => ending(role, 'stop', 'SIGTERM')),
];

function ending(role: Role, verb: string, signal: 'SIGKILL' | 'SIGTERM'): Fault {
  return {
    name: `${verb}-${role}`,
    what: `${signal} of a ${role}, started again after some seconds`,
    touches: [role],
    seconds: { short: 1, long: 4 },
    inject: async ({ stack, random, note }) => {
      const member = pickOne(
        stack.members[role].filter(({ isUp }) => isUp),
        random,
      );
      const begunMs = performance.now();
      await member.end(signal);
      note(`${member.name}, gone after ${Math.round(performance.now() - begunMs)} ms`);
      return () => member.start();
    },
  };
}
