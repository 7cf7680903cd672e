/** Members that come and go under load: down to one, up to the most there may be, down to one, and back. */
import type { Role } from '../members.ts';
import type { Fault, Stage } from './fault.ts';

export const SCALING: readonly Fault[] = [scaling('processor'), scaling('sink')];

function scaling(role: Role): Fault {
  return {
    name: `scale-${role}s`,
    what: `${role}s from one to the most there may be and back, under load`,
    touches: [role],
    seconds: { short: 6, long: 15 },
    inject: async (stage) => {
      const members = stage.stack.members[role];
      const before = members.filter(({ isUp }) => isUp).length;
      await scaleTo(1, role, stage);
      await stage.sleep(stage.holdMs);
      await scaleTo(members.length, role, stage);
      await stage.sleep(stage.holdMs);
      await scaleTo(1, role, stage);
      stage.note(`${before} → 1 → ${members.length} → 1 → ${before}`);
      return () => scaleTo(before, role, stage);
    },
  };
}

async function scaleTo(count: number, role: Role, { stack }: Stage): Promise<void> {
  const members = stack.members[role];
  await Promise.all([
    ...members.slice(0, count).map((member) => (member.isUp ? undefined : member.start())),
    ...members.slice(count).map((member) => (member.isUp ? member.end('SIGTERM') : undefined)),
  ]);
}
