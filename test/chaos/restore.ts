/** Brings back all that a fault took away that failed half way: the rest of the drill, and its audit, still say something. */
import type { Load } from './load.ts';
import { MEMBERS, type Stack } from './stack.ts';

export async function restore(stack: Stack, load: Load, spansPerSecond: number): Promise<void> {
  const { brokers, clickhouseServer, members, proxy, roster } = stack;
  load.setRate(spansPerSecond);
  load.setBehaviour({});
  proxy.setMode('pass');
  const missing = (name: string): boolean => !roster.processes.some((process) => process.name === name);
  await Promise.all([
    ...brokers.all.filter(({ name }) => missing(name)).map((broker) => broker.start()),
    ...(missing(clickhouseServer.name) ? [clickhouseServer.start()] : []),
  ]);
  for (const [role, all] of Object.entries(members)) {
    for (const [index, member] of all.entries()) {
      if (member.isUp) member.resume();
      else if (index < MEMBERS[role as keyof typeof MEMBERS].atFirst) await member.start();
    }
  }
}
