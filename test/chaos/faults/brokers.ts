/** Brokers that are killed one at a time; the others have to go on. */
import type { Broker } from '../brokers.ts';
import { GROUPS, PARTITIONS } from '../stack.ts';
import type { Fault, Stage } from './fault.ts';

export const BROKERS: readonly Fault[] = [
  killing('kill-partition-leader', 'the broker that leads a partition of the spans topic', (stage) => {
    const partition = Math.floor(stage.random() * PARTITIONS);
    return stage.stack.brokers.leaderOf(stage.stack.topics.spans, partition);
  }),
  killing('kill-group-coordinator', "the broker that coordinates the processors' group", ({ stack }) =>
    stack.brokers.coordinatorOf(`${GROUPS.processor}.members.${stack.topics.spans}`),
  ),
  {
    name: 'kill-brokers-in-turn',
    what: 'SIGKILL and restart of each broker, one after the other, the active controller among them',
    touches: ['brokers'],
    seconds: { short: 5, long: 10 },
    inject: async (stage) => {
      const [first, second, third] = stage.stack.brokers.all;
      for (const broker of [first, second]) {
        await broker?.kill();
        await stage.sleep(stage.holdMs);
        await broker?.start();
        // A second broker is only killed once the first has caught up: less than two are an outage, which is another fault.
        await stage.sleep(stage.holdMs);
      }
      await third?.kill();
      stage.note('kafka-1, kafka-2, kafka-3');
      return async () => third?.start();
    },
  },
];

function killing(name: string, which: string, find: (stage: Stage) => Promise<Broker>): Fault {
  return {
    name,
    what: `SIGKILL of ${which}, started again after some seconds`,
    touches: ['brokers'],
    seconds: { short: 6, long: 15 },
    inject: async (stage) => {
      const broker = await find(stage);
      await broker.kill();
      stage.note(broker.name);
      return () => broker.start();
    },
  };
}
