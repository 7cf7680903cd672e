import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHOP_SERVICES } from '../../../demo/settings.ts';
import { launchNode } from '../../../services/local/launch.ts';
import { planLocal } from '../../../services/local/plan.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import { freePortsInARow } from '../../support/free_ports.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp_receiver.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Enough purchases for every fault of the shop that comes by number (faults.ts). */
const LOAD = ['--rate', '60', '--duration', '6'];
const TRACED = SHOP_SERVICES.filter((service) => service !== 'queue');

let receiver: OtlpReceiver;
let traces: Map<string, ReceivedSpan[]>;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const plan = planLocal(
    {
      PATH: process.env['PATH'],
      SPANMILL_HOME: mkdtempSync(join(tmpdir(), 'spanmill-shop-')),
      SPANMILL_COLLECTOR_HTTP_PORT: String(receiver.port),
      SPANMILL_DEMO_BASE_PORT: String(await freePortsInARow(SHOP_SERVICES.length)),
    },
    ROOT,
  );
  const running: RunningServer[] = [];
  const services = plan.shop.slice(0, -1);
  const [load] = plan.shop.slice(-1);
  if (load === undefined) throw new Error('there is no load driver');
  running.push(...(await Promise.all(services.map((one) => launchNode(plan, one, () => undefined)))));

  const driver = await launchNode(plan, { ...load, args: [...load.args, ...LOAD] }, () => undefined);
  expect(await driver.ended).toBe('exit code 0');
  // Nothing but the order of these stops sees to it that all spans arrive: a service ends when it has sent its own.
  for (const server of running.toReversed()) await server.stop();
  expect(await Promise.all(running.map(({ ended }) => ended))).toEqual(running.map(() => 'exit code 0'));
  traces = Map.groupBy(receiver.spans, ({ traceId }) => traceId);
}, 120_000);

afterAll(() => receiver.stop());

const some = (wanted: (span: ReceivedSpan) => boolean) => receiver.spans.filter(wanted);

describe('traces of the shop', () => {
  test('come from every service, by its own name and version', () => {
    expect([...new Set(receiver.spans.map(({ service }) => service))].sort()).toEqual([...TRACED].sort());
    for (const { resource } of receiver.spans) {
      expect(resource).toMatchObject({ 'service.namespace': 'shop', 'deployment.environment.name': 'demo' });
      expect(resource['service.version']).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test('have one root each: a request to the frontend, or a message taken by shipping', () => {
    expect(traces.size).toBeGreaterThan(300);
    for (const spans of traces.values()) {
      const roots = spans.filter(({ parentId }) => parentId === '');
      expect(roots.map(({ service, kind }) => `${service} ${kind}`)).toEqual([
        expect.stringMatching(/^(frontend 2|shipping 5)$/),
      ]);
    }
  });

  test('are whole: every parent is there, no span comes twice', () => {
    for (const spans of traces.values()) {
      const ids = new Set(spans.map(({ spanId }) => spanId));
      expect(ids.size).toBe(spans.length);
      for (const { parentId } of spans) expect(parentId === '' || ids.has(parentId)).toBe(true);
    }
  });

  test('join every two services that really talk', () => {
    const byId = new Map(receiver.spans.map((span) => [span.spanId, span]));
    const edges = new Set(
      some(({ kind }) => kind === 2).flatMap((server) => {
        const client = byId.get(server.parentId);
        return client === undefined ? [] : [`${client.service} > ${server.service}`];
      }),
    );
    expect([...edges].sort()).toEqual([
      'cart > catalog',
      'frontend > cart',
      'frontend > catalog',
      'frontend > orders',
      'orders > cart',
      'orders > payment',
      'shipping > orders',
    ]);
  });

  test('say the route, not the path, in their names', () => {
    for (const { name, attributes } of some(({ kind }) => kind === 2)) {
      expect(name).toMatch(/^[A-Z]+ \/[a-z{}/]*$/);
      expect(name.endsWith(attributes['http.route'] ?? '?')).toBe(true);
    }
    expect(some(({ attributes }) => /^\/products\/\d+$/.test(attributes['url.path'] ?? ''))).not.toEqual([]);
  });

  test('hand over through the queue: the consumer links to its producer', () => {
    const producers = new Set(some(({ kind }) => kind === 4).map((span) => `${span.traceId}/${span.spanId}`));
    const consumers = some(({ kind }) => kind === 5);
    expect(producers.size).toBeGreaterThan(0);
    expect(consumers.map(({ links }) => links.length)).toEqual(consumers.map(() => 1));
    expect(new Set(consumers.flatMap(({ links }) => links))).toEqual(producers);
  });

  test('have database spans with what a server is known by', () => {
    const queries = some(({ attributes }) => attributes['db.system.name'] === 'postgresql');
    expect(queries.length).toBeGreaterThan(0);
    for (const { kind, attributes } of queries) {
      expect(kind).toBe(3);
      expect(attributes['db.namespace']).not.toBe('');
      expect(attributes['server.address']).toMatch(/\.shop\.internal$/);
    }
  });

  test('show failures: declined cards with their exception, and a bug', () => {
    const declined = some(({ name, failed }) => name === 'charge card' && failed);
    expect(declined.length).toBeGreaterThan(0);
    for (const { eventNames } of declined) expect(eventNames).toContain('exception');
    expect(
      some(({ service, kind, failed }) => service === 'catalog' && kind === 2 && failed).length,
    ).toBeGreaterThan(0);
  });

  test('show a retry: a client span that failed with a 503, and one sent again that did not', () => {
    const resent = some(({ attributes }) => attributes['http.request.resend_count'] === '1');
    expect(resent.length).toBeGreaterThan(0);
    for (const { traceId, parentId, attributes } of resent) {
      expect(attributes['http.response.status_code']).not.toBe('503');
      const siblings = traces.get(traceId)?.filter((span) => span.parentId === parentId) ?? [];
      expect(siblings.map((span) => span.attributes['http.response.status_code'])).toContain('503');
    }
  });

  test("carry the user's tier to every service behind the frontend", () => {
    const servers = some(({ kind }) => kind === 2 || kind === 5);
    for (const { attributes } of servers) expect(attributes['user.tier']).toMatch(/^(gold|silver|basic)$/);
  });
});
