import { copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { METRICS } from '../../../../services/collector/metrics.ts';
import { httpDoor } from '../../../../services/collector/http_door.ts';
import { grpcServer } from '../../../../services/platform/grpc/grpc_server.ts';
import { healthServer } from '../../../../services/platform/health_server.ts';
import type { Part } from '../../../../services/platform/lifecycle.ts';
import { createRegistry } from '../../../../services/platform/metrics.ts';
import { TLS_METRICS, TlsFiles } from '../../../../services/platform/tls/tls_files.ts';
import { createApi } from '../../../../services/query/api.ts';
import { Certificates, type Certificate } from '../../../support/certificates.ts';
import { freePorts } from '../../../support/free_ports.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../../support/recording_log.ts';
import { waitFor } from '../../../support/wait_for.ts';

const HOST = '127.0.0.1';
const certificates = new Certificates();
let authority: Certificate;
let first: Certificate;
let second: Certificate;
let client: Certificate;

beforeAll(() => {
  authority = certificates.authority();
  first = certificates.sign(authority, 'first');
  second = certificates.sign(authority, 'second', { days: 1 });
  client = certificates.sign(authority, 'client');
});
afterAll(() => certificates.remove());

const used = {
  certFile: join(certificates.directory, 'used.crt'),
  keyFile: join(certificates.directory, 'used.key'),
};
const put = ({ certFile, keyFile }: Certificate): void => {
  copyFileSync(certFile, used.certFile);
  copyFileSync(keyFile, used.keyFile);
};

let time: ManualTime;
let log: LogLine[];
let registry: ReturnType<typeof createRegistry>;
const running: Part[] = [];
const clients: { close(): void }[] = [];

beforeEach(() => {
  [time, log, registry] = [new ManualTime(), [], createRegistry('test')];
  put(first);
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  for (const part of running.splice(0).reverse()) await part.stop();
});

function tlsFiles(clientCaFile: string | null = null): TlsFiles {
  return new TlsFiles({
    files: { ...used, clientCaFile },
    timers: time,
    log: recordingLog(log),
    metrics: registry.create(TLS_METRICS),
  });
}

async function run(...parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    await part.start();
    running.push(part);
  }
}

/** A listener of each kind that there is, on one set of files. */
async function startAll(clientCaFile: string | null = null) {
  const tls = tlsFiles(clientCaFile);
  const [grpcPort = 0, healthPort = 0, apiPort = 0] = await freePorts(3);
  const onBug = (error: unknown): void => {
    throw error;
  };
  const grpc = grpcServer({
    ...{ host: HOST, port: grpcPort, tls, maxRequestBytes: 1000, stopTimeoutMs: 1000, onBug },
    methods: [
      { path: '/a.B/C', handle: (bytes) => Promise.resolve(bytes) },
      {
        path: '/a.B/Subject',
        handle: (_bytes, { subject }) => Promise.resolve(Buffer.from(String(subject?.['CN'] ?? 'nobody'))),
      },
    ],
  });
  const health = healthServer({
    ...{ host: HOST, port: healthPort, registry, tls: tls.withoutClients(), notReady: () => null },
  });
  const door = httpDoor({
    ...{ protocol: 'http', host: HOST, port: 0, tls, maxRequestBytes: 1000, requestTimeoutMs: 1000 },
    ...{ stopTimeoutMs: 1000, metrics: registry.create(METRICS), isStopping: () => false, onBug },
    doorman: { admit: () => Promise.resolve(null) },
    routes: [
      {
        ...{ method: 'GET', path: '/healthz' },
        handle: () => Promise.resolve({ status: 200, headers: {}, body: 'ok\n' }),
      },
    ],
    refusal: () => ({ status: 404, headers: {}, body: '' }),
  });
  const app = createApi({
    ...{ log: recordingLog(log), registry, requestTimeoutMs: 1000, tls },
    routes: [(api) => api.get('/healthz', () => 'ok\n')],
  });
  const api: Part = {
    name: 'API',
    start: async () => {
      await app.listen({ host: HOST, port: apiPort });
    },
    stop: () => app.close(),
  };
  await run(tls, grpc, health, door, api);
  return { tls, grpc: grpcPort, health: healthPort, door: door.port, api: apiPort };
}

interface Given {
  readonly certificate?: Certificate;
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2';
}

/** The name in the certificate of the server; rejects where it hangs up. */
function handshake(port: number, { certificate, maxVersion }: Given = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host: HOST, port, ca: authority.cert, ALPNProtocols: ['h2', 'http/1.1'] },
      ...(certificate !== undefined && { cert: certificate.cert, key: certificate.key }),
      // Of TLS 1.2, since in 1.3 a client's certificate is judged only after its handshake.
      ...{ minVersion: maxVersion ?? 'TLSv1.2', maxVersion: maxVersion ?? 'TLSv1.2' },
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
  });
}

function get(port: number, agent: Agent): Promise<{ body: string; socket: unknown; hsts: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: HOST, port, path: '/healthz', agent }, (answer) => {
      const { socket } = answer;
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ body, socket, hsts: answer.headers['strict-transport-security'] }));
    });
    sent.on('error', reject).end();
  });
}

function callsOf(port: number, certificate?: Certificate): (path?: string) => Promise<string> {
  const own = certificate && ([certificate.key, certificate.cert] as const);
  const grpc = new Client(`${HOST}:${port}`, credentials.createSsl(authority.cert, ...(own ?? [])));
  clients.push(grpc);
  const same = (bytes: Buffer): Buffer => bytes;
  return (path = '/a.B/C') =>
    new Promise((resolve, reject) => {
      grpc.makeUnaryRequest(path, same, same, Buffer.from('ping'), (error: ServiceError | null, answer) => {
        if (error === null) resolve(String(answer));
        else reject(error);
      });
    });
}

const nameShown = (port: number, name: string): Promise<void> => {
  time.advance(1000);
  return waitFor(async () => {
    time.advance(1000);
    return (await handshake(port)) === name;
  }, `the certificate ${name}`);
};

describe('listeners over TLS', () => {
  it('are gRPC, HTTP, health and the API, of TLS 1.2 and newer', async () => {
    const { grpc, door, health, api } = await startAll();
    for (const port of [grpc, door, health, api]) {
      expect(await handshake(port)).toBe('first');
      await expect(handshake(port, { maxVersion: 'TLSv1.1' })).rejects.toThrow();
    }
    expect(await callsOf(grpc)()).toBe('ping');
    const agent = new Agent({ ca: authority.cert });
    expect((await get(door, agent)).body).toBe('ok\n');
    expect(await get(api, agent)).toMatchObject({ body: 'ok\n', hsts: 'max-age=31536000' });
    await expect(fetch(`http://${HOST}:${door}/healthz`)).rejects.toThrow();
  });

  it('want a certificate of the authority from every client, but for health', async () => {
    const stranger = certificates.sign(certificates.authority('another'), 'stranger');
    const { grpc, door, health, api } = await startAll(authority.certFile);
    for (const port of [grpc, door, api]) {
      expect(await handshake(port, { certificate: client })).toBe('first');
      await expect(handshake(port)).rejects.toThrow();
      await expect(handshake(port, { certificate: stranger })).rejects.toThrow();
    }
    expect(await handshake(health)).toBe('first');
    expect(await callsOf(grpc, client)('/a.B/Subject')).toBe('client');
  });

  it('know nobody by a certificate that they did not ask for', async () => {
    const { grpc } = await startAll();
    expect(await callsOf(grpc, client)('/a.B/Subject')).toBe('nobody');
  });

  it('that are gRPC agree on HTTP/2 alone', async () => {
    const { grpc } = await startAll();
    const agreed = (protocols: string[]): Promise<string | false | null> =>
      new Promise((resolve) => {
        const socket = connect({ host: HOST, port: grpc, ca: authority.cert, ALPNProtocols: protocols });
        socket.once('secureConnect', () => resolve(socket.alpnProtocol));
        socket.once('error', () => resolve(false));
        socket.once('secureConnect', () => socket.destroy());
      });
    expect(await agreed(['h2', 'http/1.1'])).toBe('h2');
    expect(await agreed(['http/1.1'])).toBe(false);
  });

  it('show a new certificate to new connections, and keep the old ones open', async () => {
    const { grpc, door, health, api } = await startAll();
    const agent = new Agent({ ca: authority.cert, keepAlive: true, maxSockets: 1 });
    clients.push({ close: () => agent.destroy() });
    const call = callsOf(grpc);
    await call();
    const { socket } = await get(door, agent);
    put(second);
    for (const port of [grpc, door, health, api]) await nameShown(port, 'second');
    expect(await call()).toBe('ping');
    expect((await get(door, agent)).socket).toBe(socket);
    expect(await registry.expose()).toContain(
      'spanmill_tls_reloads_total{outcome="loaded",service="test"} 1',
    );
  });

  it('also take new authorities of clients', async () => {
    const another = certificates.authority('another');
    const caFile = join(certificates.directory, 'clients.crt');
    copyFileSync(authority.certFile, caFile);
    const { door } = await startAll(caFile);
    const newcomer = { certificate: certificates.sign(another, 'newcomer') };
    await expect(handshake(door, newcomer)).rejects.toThrow();
    writeFileSync(caFile, Buffer.concat([authority.cert, another.cert]));
    await waitFor(() => {
      time.advance(1000);
      return handshake(door, newcomer).then(
        () => true,
        () => false,
      );
    }, 'the new authority');
    expect(await handshake(door, { certificate: client })).toBe('first');
  });

  it('keep the former files while the new ones are half written, and say so', async () => {
    const { door } = await startAll();
    const refusals = (): number => log.filter(({ level }) => level === 'error').length;
    const refused = async (change: () => void): Promise<void> => {
      const before = refusals();
      change();
      time.advance(1000);
      await waitFor(() => refusals() > before, 'the refusal');
      expect(await handshake(door)).toBe('first');
      expect(await registry.expose()).toContain('spanmill_tls_files_refused{service="test"} 1');
    };
    await refused(() => copyFileSync(second.certFile, used.certFile));
    await refused(() => truncateSync(used.certFile, 200));
    await refused(() => rmSync(used.keyFile));
    put(second);
    await nameShown(door, 'second');
    const text = await registry.expose();
    expect(text).toContain('spanmill_tls_files_refused{service="test"} 0');
    expect(text).toContain('spanmill_tls_reloads_total{outcome="refused",service="test"} 3');
    const expiry = Number(/expiry_timestamp_seconds\{[^}]*\} (\d+)/.exec(text)?.[1]);
    expect(Math.abs(expiry - (Date.now() / 1000 + 86_400))).toBeLessThan(120);
    const lines = JSON.stringify(log.map(({ fields }) => Object.values(fields).map(String)));
    expect(lines).toContain('is not the key of');
    expect(lines).not.toContain(second.key.toString().split('\n')[1]);
  });
});

describe('files that cannot be used at the start', () => {
  const startFails = async (text: string): Promise<void> => {
    registry = createRegistry('test');
    await expect(tlsFiles().start()).rejects.toThrow(text);
  };

  it('are named, with what is wrong', async () => {
    copyFileSync(second.keyFile, used.keyFile);
    await startFails(`${used.keyFile} is not the key of ${used.certFile}`);
    rmSync(used.keyFile);
    await startFails(`${used.keyFile} cannot be read (ENOENT)`);
    writeFileSync(used.certFile, 'no certificate');
    writeFileSync(used.keyFile, first.key);
    await startFails(`${used.certFile} holds no whole certificates in PEM format`);
    writeFileSync(used.certFile, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await startFails(`${used.certFile} holds a certificate that cannot be read`);
  });
});
