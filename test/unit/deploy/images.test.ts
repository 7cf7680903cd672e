import { describe, expect, test } from '@jest/globals';
import { DockerfileParser, type Copy, type From } from 'dockerfile-ast';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DEMO_SETTINGS, SHOP_SERVICES, shopPort } from '../../../demo/settings.ts';
import { MIGRATION_SETTINGS } from '../../../services/platform/clickhouse/migration_settings.ts';
import { readConfig, type Settings } from '../../../services/platform/config.ts';
import { TOPIC_SETTINGS } from '../../../services/platform/kafka/topic_settings.ts';
import { CLICKHOUSE_SETTINGS, KAFKA_SETTINGS } from '../../../services/platform/settings.ts';
import { SERVICES } from '../../../services/local/services.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MIGRATE: Settings = {
  ...KAFKA_SETTINGS,
  ...CLICKHOUSE_SETTINGS,
  ...TOPIC_SETTINGS,
  ...MIGRATION_SETTINGS,
};

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true, strict: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

/** As a shell without these variables set would fill it in. */
const filledIn = (value: string | number): string =>
  String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, (_, byDefault: string) => byDefault);

function environmentOf(name: string): Record<string, string> {
  const entries = Object.entries(compose.services[name]?.environment ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, filledIn(value)]));
}

function settingsOf(name: string): Settings {
  if (name === 'migrate') return MIGRATE;
  if (name.startsWith('shop-')) return DEMO_SETTINGS;
  return SERVICES.find((service) => service.name === name)?.settings ?? {};
}

function dependenciesOf({ depends_on = [] }: ComposeService): [string, string][] {
  const isList = (value: typeof depends_on): value is readonly string[] => Array.isArray(value);
  if (isList(depends_on)) return depends_on.map((name) => [name, 'service_started']);
  return Object.entries(depends_on).map(([name, { condition }]) => [name, condition]);
}

const dockerfile = DockerfileParser.parse(read('deploy/Dockerfile'));
const instructions = dockerfile.getInstructions();
const stages = dockerfile.getFROMs().map((from: From) => from.getBuildStage());

describe('docker-compose.yml', () => {
  test('runs every service, the migration and the shop', () => {
    expect(ours.map(([name]) => name).sort()).toEqual(
      [
        'migrate',
        ...SERVICES.map(({ name }) => name),
        ...SHOP_SERVICES.map((name) => `shop-${name}`),
        'shop-load',
      ].sort(),
    );
  });

  test.each(services)(
    '%s waits only for what is there, and for health only where it is checked',
    (_, service) => {
      for (const [name, condition] of dependenciesOf(service)) {
        expect(Object.keys(compose.services)).toContain(name);
        if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    },
  );

  test.each(services)(
    '%s has its volumes declared, and files of the checkout that are there',
    (_, service) => {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    },
  );

  test.each(ours)('%s gets only settings that it knows, with values that it takes', (name) => {
    const env = environmentOf(name);
    expect(() => readConfig(settingsOf(name), env)).not.toThrow();
    for (const key of Object.keys(env)) expect(key).toMatch(/^(SPANMILL|OTEL)_/);
  });

  test.each(ours)('%s runs files that the image has', (_, { build, command = [] }) => {
    expect(build?.dockerfile).toBe('deploy/Dockerfile');
    expect(stages).toContain(build?.target);
    const files = command.filter((word) => word.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(existsSync(join(ROOT, file))).toBe(true);
      const copied = copiesOf(build?.target ?? '').some((from) => join(file).startsWith(`${from}/`));
      expect({ file, copied }).toEqual({ file, copied: true });
    }
  });

  test.each(SERVICES)('$name is asked for its health where it listens', ({ name, settings, healthPort }) => {
    const port = Object.values(settings).find((setting) => setting.env === healthPort)?.default;
    expect(compose.services[name]?.healthcheck?.test).toEqual([
      'CMD',
      'node',
      'deploy/probe.ts',
      `http://127.0.0.1:${String(port)}/readyz`,
    ]);
  });

  test('every service listens for other containers', () => {
    for (const { name } of SERVICES) {
      expect(environmentOf(name)[`SPANMILL_${name.toUpperCase()}_HOST`]).toBe('0.0.0.0');
    }
  });

  test('what lets everybody in says so, and is published to this machine alone', () => {
    for (const name of ['collector', 'query']) {
      expect(environmentOf(name)[`SPANMILL_${name.toUpperCase()}_ALLOW_OPEN`]).toBe('true');
    }
    for (const port of services.flatMap(([, { ports = [] }]) => ports))
      expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('the documented ports are open on the machine, and lead to the port that is listened on', () => {
    const published = services.flatMap(([, { ports = [] }]) =>
      ports.map((port) => port.replace('/udp', '').split(':').slice(-2)),
    );
    for (const [outside, inside] of published) expect(outside).toBe(inside);
    const ports = published.map(([outside]) => Number(outside)).sort((a, b) => a - b);
    expect(ports).toEqual([4317, 4318, 5778, 6831, 6832, 8123, 9411, 14_250, 14_268, 16_685, 16_686]);
  });

  test.each(SHOP_SERVICES)("the shop's %s is found at its address and port", (service) => {
    const env = environmentOf('shop-load');
    expect(env[`SPANMILL_DEMO_${service.toUpperCase()}_URL`]).toBe(
      `http://shop-${service}:${shopPort({ basePort: DEMO_SETTINGS.basePort.default ?? 0 }, service)}`,
    );
  });

  test('Kafka and ClickHouse are the official images with a version', () => {
    expect(compose.services['kafka']?.image).toMatch(/^apache\/kafka:\d+\.\d+\.\d+$/);
    expect(compose.services['clickhouse']?.image).toMatch(/^clickhouse\/clickhouse-server:\d+\.\d+$/);
    expect(read('deploy/local/pom.xml')).toContain(
      `<kafka.version>${compose.services['kafka']?.image.split(':')[1] ?? ''}</kafka.version>`,
    );
  });
});

/** Paths of the checkout that a stage has. */
function copiesOf(stage: string): string[] {
  return dockerfile
    .getCOPYs()
    .filter((copy: Copy) => stageAt(copy.getRange().start.line) === stage && copy.getFromFlag() === null)
    .flatMap((copy) =>
      copy
        .getArguments()
        .map((argument) => argument.getValue())
        .slice(0, -1),
    );
}

function stageAt(line: number): string | null {
  const before = dockerfile.getFROMs().filter((from) => from.getRange().start.line <= line);
  return before.at(-1)?.getBuildStage() ?? null;
}

describe('deploy/Dockerfile', () => {
  test('copies only what is in the checkout and not ignored', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const stage of stages) {
      for (const path of copiesOf(stage ?? '')) {
        expect({ path, there: existsSync(join(ROOT, path)) }).toEqual({ path, there: true });
        expect(allowed).toContain(path.split('/')[0]);
      }
    }
  });

  test('copies from stages that come before', () => {
    for (const copy of dockerfile.getCOPYs()) {
      const from = copy.getFromFlag()?.getValue();
      if (from !== undefined) expect(stages).toContain(from);
    }
  });

  test('is built on Node 24, as the package demands, and ends with the services', () => {
    for (const from of dockerfile.getFROMs()) expect(from.getImage()).toMatch(/^node:24-/);
    expect(stages.at(-1)).toBe('service');
  });

  test('leaves the embedded servers out, and tools and tests out of the services', () => {
    const installs = instructions
      .filter((instruction) => instruction.getKeyword() === 'RUN')
      .filter((instruction) => instruction.getArgumentsContent()?.startsWith('npm '))
      .map((instruction) => [stageAt(instruction.getRange().start.line), instruction.getArgumentsContent()]);
    expect(installs).toEqual([
      ['dependencies', 'npm ci --omit=dev --omit=optional'],
      ['demo-dependencies', 'npm ci --omit=optional'],
      // Where the page is built; only what comes of it is copied on.
      ['page', 'npm ci'],
    ]);
  });

  test('lets the services write where their volumes are mounted', () => {
    const made = instructions
      .filter((instruction) => instruction.getKeyword() === 'RUN')
      .map((instruction) => instruction.getArgumentsContent() ?? '')
      .filter((line) => line.startsWith('install -d -o node -g node '));
    for (const [, { volumes = [] }] of ours) {
      for (const volume of volumes) expect(made.join(' ')).toContain(volume.split(':')[1]);
    }
    expect(compose.services['collector']?.volumes).toHaveLength(1);
  });

  test('runs nothing as root', () => {
    for (const target of ['service', 'demo']) {
      const users = instructions.filter(
        (instruction) =>
          instruction.getKeyword() === 'USER' && stageAt(instruction.getRange().start.line) === target,
      );
      expect(users.map((user) => user.getArgumentsContent())).toEqual(['node']);
    }
  });
});
