import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { explain, healthServer } from '../../../services/platform/health_server.ts';
import type { Part } from '../../../services/platform/lifecycle.ts';
import { createRegistry, type MetricRegistry } from '../../../services/platform/metrics.ts';
import { freePorts } from '../../support/free_ports.ts';

const running: Part[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
});

async function start(
  notReady: () => string | null,
  registry: MetricRegistry = createRegistry('test'),
  remark: () => string | null = () => null,
) {
  const [port = 0] = await freePorts(1);
  const part = healthServer({ host: '127.0.0.1', port, registry, notReady, remark });
  await part.start();
  running.push(part);
  return `http://127.0.0.1:${port}`;
}

async function get(url: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

describe('the health server', () => {
  it('lives, and is ready when the service is', async () => {
    let reason: string | null = 'Kafka does not answer';
    const base = await start(() => reason);
    expect(await get(`${base}/healthz`)).toEqual([200, 'ok\n']);
    expect(await get(`${base}/readyz?verbose`)).toEqual([503, 'Kafka does not answer\n']);
    reason = null;
    expect(await get(`${base}/readyz`)).toEqual([200, 'ready\n']);
  });

  it('says what is to be known of a service that is ready all the same', async () => {
    const base = await start(
      () => null,
      createRegistry('test'),
      () => 'spooling',
    );
    expect(await get(`${base}/readyz`)).toEqual([200, 'spooling\n']);
  });

  it('exposes metrics in the format of Prometheus', async () => {
    const base = await start(() => null);
    const response = await fetch(`${base}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('process_cpu_seconds_total{service="test"}');
  });

  it('answers other paths by 404, HEAD without a body, and other methods by 405', async () => {
    const base = await start(() => null);
    expect(await get(`${base}/`)).toEqual([404, 'not found; there are /healthz, /readyz and /metrics\n']);
    expect(await get(`${base}/healthz`, { method: 'HEAD' })).toEqual([200, '']);
    expect(await get(`${base}/healthz`, { method: 'POST', body: 'x' })).toEqual([405, 'only GET and HEAD\n']);
  });

  it('answers 500 and lives on when a probe or a metric throws', async () => {
    const broken: MetricRegistry = {
      ...createRegistry('test'),
      expose: () => Promise.reject(new Error('a collector failed')),
    };
    const base = await start(() => {
      throw new Error('the probe failed');
    }, broken);
    expect(await get(`${base}/metrics`)).toEqual([500, 'no answer: Error: a collector failed\n']);
    expect(await get(`${base}/readyz`)).toEqual([500, 'no answer: Error: the probe failed\n']);
    expect(await get(`${base}/healthz`)).toEqual([200, 'ok\n']);
  });

  it('says what to do about a taken port', async () => {
    const other: Server = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const part = healthServer({
      host: '127.0.0.1',
      port,
      registry: createRegistry('test'),
      notReady: () => null,
    });
    await expect(part.start()).rejects.toMatchObject({
      message: `port ${port} is taken: stop what listens there, or choose another port by environment`,
      cause: { code: 'EADDRINUSE' },
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('stops at once although a client keeps its connection, and frees the port', async () => {
    const base = await start(() => null);
    await get(`${base}/healthz`);
    const [part] = running.splice(0);
    await part?.stop();
    await expect(fetch(`${base}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('can be stopped without having started', async () => {
    const part = healthServer({
      host: '127.0.0.1',
      port: 0,
      registry: createRegistry('test'),
      notReady: () => null,
    });
    await expect(part.stop()).resolves.toBeUndefined();
  });
});

describe('explain', () => {
  it('leaves other errors as they are', () => {
    const error = Object.assign(new Error('no rights'), { code: 'EACCES' });
    expect(explain(error, 80)).toBe(error);
  });
});
