import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../../services/platform/config.ts';
import { planLocal } from '../../../services/local/plan.ts';

const ROOT = '/checkout';

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    planLocal(env, ROOT);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the plan of the local stack', () => {
  test('has the documented ports, each once', () => {
    const ports = planLocal({}, ROOT).ports.map(({ port }) => port);
    expect(new Set(ports).size).toBe(ports.length);
    for (const port of [
      9092, 9093, 8123, 9000, 4317, 4318, 16_685, 16_686, 13_133, 13_134, 13_135, 7001, 7007,
    ]) {
      expect(ports).toContain(port);
    }
  });

  test("has the TCP ports that Zipkin's and Jaeger's clients know", () => {
    const ports = planLocal({}, ROOT).ports.map(({ port }) => port);
    expect(ports).toEqual(expect.arrayContaining([9411, 14_268, 14_250, 5778]));
  });

  test('each port names the variable that moves it, and that variable does move it', () => {
    for (const { port, remedy } of planLocal({}, ROOT).ports) {
      const [name = '', value = ''] = remedy.split(' ', 1)[0]?.split('=') ?? [];
      const moved = planLocal({ [name]: value.replace('PORT', '23456') }, ROOT).ports;
      expect(moved.map((use) => use.port)).toContain(23_456);
      expect(moved.map((use) => use.port)).not.toContain(port);
    }
  });

  test('gives each process only the names that it knows', () => {
    const env = {
      PATH: '/bin',
      SECRET: 'x',
      SPANMILL_COLLECTOR_GRPC_PORT: '5317',
      SPANMILL_SINK_HEALTH_PORT: '5135',
      SPANMILL_LOG_LEVEL: 'debug',
    };
    const [collector] = planLocal(env, ROOT).services.filter(({ name }) => name === 'collector');
    expect(collector?.env).toEqual({
      PATH: '/bin',
      SPANMILL_COLLECTOR_GRPC_PORT: '5317',
      SPANMILL_COLLECTOR_SPOOL_DIRECTORY: `${ROOT}/.spanmill/data/collector-spool`,
      SPANMILL_LOG_LEVEL: 'debug',
    });
  });

  test('what a service writes lies under the home, unless the user says otherwise', () => {
    const scratchOf = (env: Record<string, string>) =>
      planLocal(env, ROOT).services.find(({ name }) => name === 'processor')?.env[
        'SPANMILL_PROCESSOR_SCRATCH_DIRECTORY'
      ];
    expect(scratchOf({ SPANMILL_HOME: 'elsewhere' })).toBe('/checkout/elsewhere/data/processor');
    expect(scratchOf({ SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: '/fast' })).toBe('/fast');
  });

  test('the query service learns where the others tell their metrics', () => {
    const scrapeOf = (env: Record<string, string>) =>
      planLocal(env, ROOT).services.find(({ name }) => name === 'query')?.env['SPANMILL_QUERY_SCRAPE'];
    expect(scrapeOf({ SPANMILL_SINK_HEALTH_PORT: '5135' })?.split(',').sort()).toEqual([
      'http://127.0.0.1:13133/metrics',
      'http://127.0.0.1:13134/metrics',
      'http://127.0.0.1:5135/metrics',
    ]);
    expect(scrapeOf({ SPANMILL_QUERY_SCRAPE: 'http://else:1/metrics' })).toBe('http://else:1/metrics');
  });

  test('without the demo there is no shop and its ports are free', () => {
    const plan = planLocal({ DEMO: '0' }, ROOT);
    expect(plan.shop).toEqual([]);
    expect(plan.addresses.shop).toBeNull();
    expect(plan.ports.map(({ port }) => port)).not.toContain(7001);
  });

  test('the shop sends to the collector wherever that is; the broker is not traced', () => {
    const { shop } = planLocal({ SPANMILL_COLLECTOR_HTTP_PORT: '5318' }, ROOT);
    const byName = new Map(shop.map((process) => [process.name, process]));
    expect(byName.get('shop-cart')?.env['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe('http://127.0.0.1:5318');
    expect(byName.get('shop-cart')?.args).toContain('--import');
    expect(byName.get('shop-queue')?.args).toEqual(['demo/queue.ts']);
    expect(shop.at(-1)?.name).toBe('shop-load');
  });

  test('refuses what is for servers elsewhere, and to let others in', () => {
    const faults = faultsOf({
      SPANMILL_KAFKA_TLS: 'true',
      SPANMILL_KAFKA_SASL_PASSWORD: 'hidden',
      SPANMILL_SINK_TLS_CERT_FILE: '/a.crt',
      SPANMILL_COLLECTOR_HOST: '0.0.0.0',
      SPANMILL_QUERY_HOST: '0.0.0.0',
      SPANMILL_QUERY_ALLOW_OPEN: 'true',
    });
    expect(faults).toEqual([
      expect.stringContaining('SPANMILL_KAFKA_TLS is not for the local stack'),
      expect.stringContaining('SPANMILL_KAFKA_SASL_PASSWORD is not for the local stack'),
      expect.stringContaining('SPANMILL_SINK_TLS_CERT_FILE is not for the local stack'),
      expect.stringContaining('SPANMILL_COLLECTOR_HOST=0.0.0.0 would let in everybody'),
    ]);
    expect(faults.join()).not.toContain('hidden');
  });

  test('faults of all tables are reported at once', () => {
    expect(
      faultsOf({ SPANMILL_COLLECTOR_GRPC_PORT: 'x', SPANMILL_DEMO_RATE: '0', SPANMILL_SINK_HELTH_PORT: '1' }),
    ).toEqual([
      'SPANMILL_DEMO_RATE=0 must be a whole number from 1 to 10000',
      'SPANMILL_COLLECTOR_GRPC_PORT=x must be a whole number from 0 to 65535',
      'SPANMILL_SINK_HELTH_PORT is not known; did you mean SPANMILL_SINK_HEALTH_PORT?',
    ]);
  });

  test.each([
    ['SPANMILL_CLICKHOUSE_URL', 'http://clickhouse.example:8123'],
    ['SPANMILL_CLICKHOUSE_URL', 'nonsense'],
    ['SPANMILL_KAFKA_BROKERS', 'a.example:9092,b.example:9092'],
    ['SPANMILL_KAFKA_BROKERS', '127.0.0.1'],
  ])('%s=%s is refused: the local stack starts its own server', (name, value) => {
    expect(faultsOf({ [name]: value }).join()).toContain(`${name}=${value} must be an address with a port`);
  });
});
