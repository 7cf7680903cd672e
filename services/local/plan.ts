/**
 * What `spanmill up` is to run, worked out from the environment alone: processes with their environments, ports,
 * addresses, directories. Pure; nothing is started or looked at here.
 */
import { join, resolve } from 'node:path';
import { DEMO_SETTINGS, SHOP_SERVICES, shopPort } from '../../demo/settings.ts';
import { ConfigError, readConfig, type Config } from '../platform/config.ts';
import { openListenerFault } from '../platform/tls/open_listener.ts';
import { portUses, type PortUse } from './port_uses.ts';
import { SERVICES } from './services.ts';
import { LOCAL_SETTINGS } from './settings.ts';
import type { Addresses } from './state.ts';
import { ALL_SETTINGS, pick, pickNames, readAll, type Environment } from './tables.ts';

/** One Node.js process of ours. */
export interface ProcessPlan {
  readonly name: string;
  /** Arguments of node; paths are relative to the checkout. */
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the process does its work; null where running is all there is to know. */
  readonly readyUrl: string | null;
  readonly healthUrl: string | null;
}

export interface LocalPlan {
  readonly root: string;
  readonly home: string;
  readonly config: Config<typeof LOCAL_SETTINGS>;
  readonly env: Environment;
  readonly kafkaPort: number;
  readonly clickhousePort: number;
  readonly services: readonly ProcessPlan[];
  /** Empty without the demo. The load driver is the last. */
  readonly shop: readonly ProcessPlan[];
  readonly ports: readonly PortUse[];
  readonly addresses: Addresses;
}

/** Of the caller's environment, what any program may need. All else is given by name. */
const COMMON_ENV = ['PATH', 'HOME', 'USER', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_EXTRA_CA_CERTS'];
const LOOPBACK = ['127.0.0.1', 'localhost'];

/** `root` is the checkout. Throws ConfigError with the faults of all tables. */
export function planLocal(env: Environment, root: string): LocalPlan {
  const values = readAll(env);
  requireLocal(values);
  const config = readConfig(LOCAL_SETTINGS, pick(LOCAL_SETTINGS, env));
  const demo = readConfig(DEMO_SETTINGS, pick(DEMO_SETTINGS, env));
  const kafkaPort = ownPort(LOCAL_SETTINGS.kafkaBrokers.env, `tcp://${config.kafkaBrokers}`);
  const clickhousePort = ownPort(LOCAL_SETTINGS.clickhouseUrl.env, config.clickhouseUrl);
  const home = resolve(root, config.home);
  const addresses: Addresses = {
    query: `http://127.0.0.1:${String(values['SPANMILL_QUERY_PORT'])}`,
    otlpGrpc: `127.0.0.1:${String(values['SPANMILL_COLLECTOR_GRPC_PORT'])}`,
    otlpHttp: `http://127.0.0.1:${String(values['SPANMILL_COLLECTOR_HTTP_PORT'])}`,
    shop: config.demo ? `http://127.0.0.1:${shopPort(demo, 'frontend')}` : null,
    kafka: config.kafkaBrokers,
    clickhouse: config.clickhouseUrl,
    database: config.clickhouseDatabase,
  };
  return {
    root,
    home,
    config,
    env,
    kafkaPort,
    clickhousePort,
    services: servicePlans(env, values, home),
    shop: config.demo ? shopPlans(env, addresses.otlpHttp) : [],
    ports: portUses(values, { kafkaPort, clickhousePort, demo: config.demo }),
    addresses,
  };
}

/** The local stack speaks without TLS and asks nobody who they are; so it does not let others in either. */
function requireLocal(values: Readonly<Record<string, unknown>>): void {
  const textOf = (env: string): string => (typeof values[env] === 'string' ? values[env] : '');
  const faults = Object.entries(ALL_SETTINGS)
    .filter(([env, { default: byDefault }]) => OF_OTHER_SERVERS.test(env) && values[env] !== byDefault)
    .map(([env]) => `${env} is not for the local stack, which keeps to this machine and has no TLS`);
  for (const prefix of ['SPANMILL_COLLECTOR_', 'SPANMILL_QUERY_']) {
    const fault = openListenerFault({
      ...{ prefix, host: textOf(`${prefix}HOST`), allowOpen: values[`${prefix}ALLOW_OPEN`] === true },
      credentialsFile: textOf(`${prefix}CREDENTIALS_FILE`),
      tlsClientCaFile: '',
    });
    if (fault !== null) faults.push(fault);
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

const OF_OTHER_SERVERS = /_TLS(_[A-Z_]+)?$|^SPANMILL_KAFKA_SASL_/;

/** The embedded servers listen where the services look for them, and that must be this machine. */
function ownPort(name: string, address: string): number {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && LOOPBACK.includes(url.hostname) && url.port !== '') return Number(url.port);
  throw new ConfigError([
    `${name}=${address.replace('tcp://', '')} must be an address with a port on this machine (127.0.0.1): ` +
      'the local stack starts its own server there',
  ]);
}

function servicePlans(
  env: Environment,
  values: Readonly<Record<string, unknown>>,
  home: string,
): ProcessPlan[] {
  const given = {
    SPANMILL_COLLECTOR_SPOOL_DIRECTORY: join(home, 'data/collector-spool'),
    SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: join(home, 'data/processor'),
    // The pipeline page shows what the others tell.
    SPANMILL_QUERY_SCRAPE: SERVICES.filter(({ name }) => name !== 'query')
      .map(({ healthPort }) => `http://127.0.0.1:${String(values[healthPort])}/metrics`)
      .join(','),
  };
  return SERVICES.map(({ name, settings, healthPort }) => {
    const health = `http://127.0.0.1:${String(values[healthPort])}`;
    return {
      name,
      args: [join('services', name, 'main.ts')],
      env: {
        ...pickNames(COMMON_ENV, env),
        // Unless the caller says otherwise: whatever is written is under the home.
        ...pick(settings, given),
        ...pick(settings, env),
      },
      readyUrl: `${health}/readyz`,
      healthUrl: health,
    };
  });
}

function shopPlans(env: Environment, otlpHttp: string): ProcessPlan[] {
  const demo = readConfig(DEMO_SETTINGS, pick(DEMO_SETTINGS, env));
  const common = { ...pickNames(COMMON_ENV, env), ...pick(DEMO_SETTINGS, env) };
  const traced = { ...common, OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp };
  const services = SHOP_SERVICES.map((service): ProcessPlan => {
    // A message broker is not traced itself.
    const isBroker = service === 'queue';
    const file = `demo/${service}.ts`;
    return {
      name: `shop-${service}`,
      args: isBroker ? [file] : ['--import', './demo/telemetry.ts', file],
      env: isBroker ? common : traced,
      readyUrl: `http://127.0.0.1:${shopPort(demo, service)}/healthz`,
      healthUrl: null,
    };
  });
  const load = { name: 'shop-load', args: ['demo/load.ts'], env: common, readyUrl: null, healthUrl: null };
  return [...services, load];
}
