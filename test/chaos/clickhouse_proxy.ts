/**
 * Stands between the sinks and ClickHouse's HTTP port, and lets answers go wrong in the ways of a network and of a
 * server in trouble. Only inserts are hurt: they are what must count once. Nothing is lost or made up on the way.
 */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What happens to an insert:
 *   pass   nothing
 *   error  ClickHouse is not asked, the answer is one of its errors that pass
 *   hang   ClickHouse is not asked, and there is no answer for as long as the mode lasts
 *   late   ClickHouse stores it; the answer comes after `lateMs`, when the client has given up
 *   cut    ClickHouse stores it; the connection breaks instead of the answer
 */
export type ProxyMode = 'pass' | 'error' | 'hang' | 'late' | 'cut';

export interface ClickHouseProxy {
  readonly url: string;
  /** Inserts that a mode other than `pass` was done to. */
  readonly hurt: number;
  setMode(mode: ProxyMode): void;
  /** Resolves when ClickHouse has got the first bytes of an insert, and not the last. */
  nextInsert(): Promise<void>;
  stop(): Promise<void>;
}

const MEMORY_ERROR =
  'Code: 241. DB::Exception: (total) memory limit exceeded: said by the drill. (MEMORY_LIMIT_EXCEEDED)\n';
/** An insert is sent on in two parts, so that there is a middle. */
const PAUSE_IN_INSERT_MS = 50;

export async function startClickHouseProxy(targetUrl: string, lateMs: number): Promise<ClickHouseProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const hanging = new Set<ServerResponse>();
  let waiting = Promise.withResolvers<undefined>();
  let mode: ProxyMode = 'pass';
  let hurt = 0;

  const forward = (asked: IncomingMessage, body: Buffer, isInsert: boolean): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = target;
      const headers = { ...asked.headers, 'content-length': String(body.length) };
      delete headers['transfer-encoding'];
      const upstream = request({
        hostname,
        port,
        path: asked.url,
        method: asked.method,
        headers,
        agent: false,
      });
      upstream.once('response', resolve).once('error', reject);
      if (!isInsert) {
        upstream.end(body);
        return;
      }
      const middle = body.length >> 1;
      upstream.write(body.subarray(0, middle));
      waiting.resolve(undefined);
      setTimeout(() => upstream.end(body.subarray(middle)), PAUSE_IN_INSERT_MS);
    });

  const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(asked);
    const isInsert = isInsertOf(asked);
    const done = isInsert ? mode : 'pass';
    if (done !== 'pass') hurt++;
    if (done === 'error') {
      answer.writeHead(500, { 'x-clickhouse-exception-code': '241' }).end(MEMORY_ERROR);
      return;
    }
    if (done === 'hang') {
      hanging.add(answer);
      return;
    }
    const upstream = await forward(asked, body, isInsert);
    const bytes = await buffer(upstream);
    if (done === 'cut') {
      answer.destroy();
      return;
    }
    if (done === 'late') await new Promise((resolve) => setTimeout(resolve, lateMs).unref());
    answer.writeHead(upstream.statusCode ?? 502, headersOf(upstream)).end(bytes);
  };

  // Whatever breaks on either side is for the client a connection that broke.
  const server = createServer((asked, answer) => void handle(asked, answer).catch(() => answer.destroy()));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get hurt() {
      return hurt;
    },
    setMode: (next) => {
      mode = next;
      for (const answer of hanging) answer.destroy();
      hanging.clear();
    },
    nextInsert: async () => {
      waiting = Promise.withResolvers<undefined>();
      await waiting.promise;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The statement stands in the address where the rows are the body. */
function isInsertOf(asked: IncomingMessage): boolean {
  const query = new URL(asked.url ?? '/', 'http://localhost').searchParams.get('query') ?? '';
  return /^\s*INSERT\s/i.test(query);
}

/** The body is sent whole: how its pieces came is over. */
function headersOf(upstream: IncomingMessage): Record<string, string | string[]> {
  const left = ['transfer-encoding', 'connection', 'keep-alive', 'content-length'];
  return Object.fromEntries(
    Object.entries(upstream.headers).flatMap(([name, value]) =>
      value === undefined || left.includes(name) ? [] : [[name, value]],
    ),
  );
}
