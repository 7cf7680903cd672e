/**
 * Ports for servers that are killed and started again. They lie below the range from which the system gives ports to
 * outgoing connections, so that nobody takes one by chance while its server is down.
 */
import { createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 31_000;

/** As many ports that nobody listens on now, looked for from a place of chance: several drills may start together. */
export async function standingPorts(count: number, random: () => number): Promise<number[]> {
  const ports: number[] = [];
  const start = FIRST + Math.floor(random() * (LAST - FIRST));
  for (let step = 0; ports.length < count; step++) {
    if (step > LAST - FIRST) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
    const port = FIRST + ((start - FIRST + step) % (LAST - FIRST));
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
