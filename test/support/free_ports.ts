/**
 * Ports of this machine that nobody listens on. They lie below the range from which the system gives ports to outgoing
 * connections, so that nobody takes one by chance while its server is down.
 */
import { isPortFree } from '../../services/local/ports.ts';

const FIRST = 12_000;
const LAST = 31_000;

/** Looked for from a place of chance: several tests and drills may start together. */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number[]> {
  const ports: number[] = [];
  const start = placeOfChance(random);
  for (let step = 0; ports.length < count; step++) {
    if (step > LAST - FIRST) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
    const port = FIRST + ((start - FIRST + step) % (LAST - FIRST));
    if (await isPortFree(port)) ports.push(port);
  }
  return ports;
}

/** The first of as many free ports, one after the other. */
export async function freePortsInARow(count: number): Promise<number> {
  for (;;) {
    const first = placeOfChance(Math.random);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

function placeOfChance(random: () => number): number {
  return FIRST + Math.floor(random() * (LAST - FIRST));
}
