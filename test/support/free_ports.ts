/** Ports of this machine that nobody listens on. */
import { createServer, type AddressInfo, type Server } from 'node:net';

/** All probes are open at once, so the ports differ. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    probes.map(
      (probe) =>
        new Promise<number>((resolve) => {
          probe.listen(0, '127.0.0.1', () => resolve((probe.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

/** The first of as many free ports, one after the other. */
export async function freePortsInARow(count: number): Promise<number> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const probes = Array.from({ length: count }, () => createServer());
    const free = await Promise.all(probes.map((probe, index) => listens(probe, first + index)));
    await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
    if (free.every(Boolean)) return first;
  }
}

function listens(probe: Server, port: number): Promise<boolean> {
  if (port > 65_535) return Promise.resolve(false);
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => resolve(true));
  });
}
