/**
 * What a unary gRPC call costs a server: `node test/bench/grpc_server.bench.ts`. CPU time of the server's process a call, ours beside
 * grpc-js', of calls that are answered with nothing a turn of the event loop later; eight at a time on one connection. The servers
 * take turns of a quarter of a second, so that what else the machine does meets all of them; the least of a server's turns is what
 * was least disturbed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Client, credentials, Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { addBallast, countBuffersAsHeap } from '../../services/platform/garbage_collection.ts';
import { grpcServer } from '../../services/platform/grpc/grpc_server.ts';

const PATH = '/a.B/C';
/** Of 50 and of 500 spans, about. */
const SIZES = [7_000, 43_500];
const SERVERS = ['node:http2', 'grpc-js'];
const AT_ONCE = 8;
const ROUNDS = 16;
const ROUND_MS = 250;
const WARM_MS = 1_000;
const BALLAST_BYTES = 128 * 1024 * 1024;

const EMPTY = Buffer.alloc(0);
const asItIs = (bytes: Buffer): Buffer => bytes;

/** In a process of its own: tells its port, and its CPU time so far when it is asked. */
async function serve(kind: string): Promise<void> {
  countBuffersAsHeap();
  addBallast(BALLAST_BYTES);
  const port = kind === 'grpc-js' ? await serveByGrpcJs() : await serveByOurs();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.(port);
}

async function serveByOurs(): Promise<number> {
  const server = grpcServer({
    ...{ host: '127.0.0.1', port: 0, maxRequestBytes: 1 << 20, stopTimeoutMs: 0 },
    gate: () => Promise.resolve(null),
    methods: [{ path: PATH, handle: () => turn(EMPTY) }],
    onBug: (error) => {
      throw error;
    },
  });
  await server.start();
  return server.port;
}

function serveByGrpcJs(): Promise<number> {
  const server = new Server({ 'grpc.enable_channelz': 0 });
  const definition = {
    ...{ path: PATH, requestStream: false, responseStream: false },
    ...{ requestSerialize: asItIs, requestDeserialize: asItIs },
    ...{ responseSerialize: asItIs, responseDeserialize: asItIs },
  };
  const answer = (_call: unknown, respond: sendUnaryData<Buffer>): void => {
    setImmediate(() => respond(null, EMPTY));
  };
  server.addService({ call: definition }, { call: answer });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

async function told(server: ChildProcess): Promise<number> {
  const [value] = (await once(server, 'message')) as [number];
  return value;
}

/** How many calls were answered in the time. */
async function load(client: Client, message: Buffer, ms: number): Promise<number> {
  const endsMs = performance.now() + ms;
  let calls = 0;
  const lane = async (): Promise<void> => {
    for (; performance.now() < endsMs; calls++) {
      await new Promise<void>((resolve, reject) => {
        const deadline = Date.now() + 30_000;
        client.makeUnaryRequest(PATH, asItIs, asItIs, message, { deadline }, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return calls;
}

async function compare(): Promise<void> {
  const running = await Promise.all(
    SERVERS.map(async (kind) => {
      const server = fork(import.meta.filename, [kind]);
      const client = new Client(`127.0.0.1:${await told(server)}`, credentials.createInsecure());
      return { kind, server, client };
    }),
  );
  for (const size of SIZES) {
    const message = Buffer.alloc(size, 7);
    const rounds = running.map(({ client, server, kind }) => ({ kind, client, server, us: [] as number[] }));
    for (const { client } of rounds) await load(client, message, WARM_MS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { client, server, us } of rounds) {
        server.send('look');
        const before = await told(server);
        const calls = await load(client, message, ROUND_MS);
        server.send('look');
        us.push(((await told(server)) - before) / calls);
      }
    }
    for (const { kind, us } of rounds) {
      const [least = 0, median = 0] = [0, ROUNDS / 2].map((at) => us.toSorted((a, b) => a - b)[at]);
      const figures = `least ${least.toFixed(1)}, median ${median.toFixed(1)} us of CPU a call`;
      process.stdout.write(`${kind.padEnd(12)}${String(size).padStart(7)} bytes: ${figures}\n`);
    }
  }
  for (const { client, server } of running) {
    client.close();
    server.disconnect();
  }
}

const kind = process.argv[2];
if (process.send === undefined || kind === undefined) await compare();
else await serve(kind);
