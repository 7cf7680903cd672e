/** Services that stop where they stand (SIGSTOP), are replaced by others, and wake up with what they had in hand. */
import type { Member, Role } from '../members.ts';
import { openTransactions } from '../open_transactions.ts';
import { GROUPS } from '../stack.ts';
import { pickOne, type Fault, type Stage } from './fault.ts';

export const ZOMBIES: readonly Fault[] = [
  zombie('processor', { short: 9, long: 30 }, stopInTransaction),
  zombie('sink', { short: 9, long: 30 }, stopAnywhere),
  // Its clients give up and repeat elsewhere what it still has in hand: within `forget`, or it would count again by right.
  zombie('collector', { short: 9, long: 12 }, stopAnywhere),
];

const STOPS = 60;
/** Somebody else's transaction is over by then; that of who was stopped is not. */
const OTHERS_END_MS = 150;
const MOST_RUNNING_MS = 40;

function zombie(
  role: Role,
  seconds: Fault['seconds'],
  stop: (member: Member, stage: Stage) => Promise<string>,
): Fault {
  return {
    name: `zombie-${role}`,
    what: `SIGSTOP of a ${role} for longer than its session, then SIGCONT`,
    touches: [role],
    seconds,
    inject: async (stage) => {
      const member = pickOne(
        stage.stack.members[role].filter(({ isUp }) => isUp),
        stage.random,
      );
      const where = await stop(member, stage);
      const stoppedMs = performance.now();
      return async () => {
        const left = stage.holdMs - (performance.now() - stoppedMs);
        await stage.sleep(Math.max(0, left));
        member.resume();
        stage.note(`${member.name} stopped ${where}`);
      };
    },
  };
}

function stopAnywhere(member: Member): Promise<string> {
  member.pause();
  return Promise.resolve('where it was');
}

/** Stops it again and again, until Kafka has a transaction open that does not end meanwhile. */
async function stopInTransaction(member: Member, stage: Stage): Promise<string> {
  const { addresses } = stage.stack.brokers;
  for (let stops = 1; ; stops++) {
    member.pause();
    const before = await openTransactions(addresses);
    if (before.size > 0) {
      await stage.sleep(OTHERS_END_MS);
      const after = await openTransactions(addresses);
      const inHand = [...before].filter((id) => after.has(id) && id.startsWith(GROUPS.processor));
      if (inHand.length > 0) return `with ${inHand.join(', ')} in hand`;
    }
    if (stops === STOPS) return 'where it was, in no transaction';
    member.resume();
    await stage.sleep(Math.ceil(stage.random() * MOST_RUNNING_MS));
  }
}
