/** Clients that hold on to connections, or make very many. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { atRate, type Attack, type AttackTarget } from '../attack.ts';

const REQUEST = (token: string): string =>
  `POST /v1/traces HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-type: application/x-protobuf\r\n`;

/** Keeps `count` connections open and writes a piece to each of them once a second; a closed one is opened anew. */
async function trickle(
  target: AttackTarget,
  count: number,
  first: string,
  piece: Buffer,
): Promise<Record<string, number>> {
  const seen = { opened: 0, closed: 0 };
  const sockets = new Set<Socket>();
  const open = (): void => {
    const socket = connect(target.httpPort, '127.0.0.1').on('error', () => undefined);
    sockets.add(socket);
    seen.opened++;
    socket.once('close', () => {
      sockets.delete(socket);
      seen.closed++;
    });
    socket.resume().write(first);
  };
  while (Date.now() < target.endsMs) {
    // At most a hundred anew each second.
    for (let missing = Math.min(100, count - sockets.size); missing > 0; missing--) open();
    for (const socket of sockets) socket.write(piece);
    await sleep(1_000);
  }
  for (const socket of sockets) socket.destroy();
  return seen;
}

/** Or closed. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('drain', resolve).once('close', resolve);
  });

/** `act` so many times side by side, and again some time after it has ended. */
async function repeatedly(
  target: AttackTarget,
  times: number,
  act: () => Promise<void>,
  pauseMs = 1_000,
): Promise<void> {
  const again = async (): Promise<void> => {
    while (Date.now() < target.endsMs) {
      await act();
      await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: times }, again));
}

export const CONNECTION_ATTACKS: readonly Attack[] = [
  {
    name: 'slow-headers',
    does: '800 connections that send a header of 10 bytes a second, and never the last',
    run: (target) => trickle(target, 800, REQUEST(target.token), Buffer.from('x: 345678\r\n')),
  },
  {
    name: 'slow-bodies',
    does: '400 connections that send 1 KiB a second of a body of 1 MiB',
    run: (target) =>
      trickle(target, 400, `${REQUEST(target.token)}content-length: 1048576\r\n\r\n`, Buffer.alloc(1024)),
  },
  {
    name: 'held-bodies',
    does: '20 connections that send 15 of 16 MiB, and wait; opened anew after two seconds',
    run: async (target) => {
      const bytes = 16 * 1024 * 1024;
      const body = Buffer.alloc(1024 * 1024);
      const seen = { opened: 0, closed: 0, sent_mib: 0 };
      const one = async (): Promise<void> => {
        const socket = connect(target.httpPort, '127.0.0.1').on('error', () => undefined);
        seen.opened++;
        socket.once('close', () => seen.closed++);
        socket.resume().write(`${REQUEST(target.token)}content-length: ${bytes}\r\n\r\n`);
        for (let sent = 0; sent < 15 && !socket.closed && Date.now() < target.endsMs; sent++) {
          if (!socket.write(body)) await drained(socket);
          seen.sent_mib++;
        }
        while (!socket.closed && Date.now() < target.endsMs) await sleep(100);
        socket.destroy();
      };
      await repeatedly(target, 20, one, 2_000);
      return seen;
    },
  },
  {
    name: 'idle-connections',
    does: '3,000 connections that say nothing',
    run: (target) => trickle(target, 3_000, '', Buffer.alloc(0)),
  },
  {
    name: 'connection-churn',
    does: 'connections opened and reset, 500 a second',
    run: (target) =>
      atRate(target, 500, async () => {
        const socket = connect(target.httpPort, '127.0.0.1');
        await once(socket, 'connect');
        socket.resetAndDestroy();
        return 'connected';
      }),
  },
  {
    name: 'deaf-client',
    does: '50 connections that send requests, pipelined, and never read an answer; opened anew after a second',
    run: async (target) => {
      const request = `${REQUEST(target.token)}content-length: 0\r\n\r\n`.repeat(100);
      const seen = { opened: 0, closed: 0, written_kib: 0 };
      const one = async (): Promise<void> => {
        const socket = connect(target.httpPort, '127.0.0.1').on('error', () => undefined);
        seen.opened++;
        socket.once('close', () => seen.closed++);
        while (!socket.closed && Date.now() < target.endsMs) {
          seen.written_kib += Math.ceil(request.length / 1024);
          if (!socket.write(request)) await drained(socket);
          await sleep(100);
        }
        socket.destroy();
      };
      await repeatedly(target, 50, one);
      return seen;
    },
  },
  {
    name: 'giant-headers',
    does: 'headers of 15 KiB and of 1 MiB in turn, 100 requests a second',
    run: (target) =>
      atRate(target, 100, async (number) => {
        const socket = connect(target.httpPort, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        const size = number % 2 === 0 ? 15 * 1024 : 1024 * 1024;
        socket.end(`${REQUEST('none')}x: ${'x'.repeat(size)}\r\ncontent-length: 0\r\n\r\n`);
        socket.setEncoding('utf8');
        const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown];
        socket.destroy();
        return typeof answer === 'string' ? answer.slice(9, 12) : 'closed';
      }),
  },
];
