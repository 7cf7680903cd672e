/**
 * The life of a service process: configuration, logger, metrics, parts in order, an orderly stop on SIGTERM and
 * SIGINT. The only place that ends the process.
 */
import { ConfigError, readConfig, secretsOf, type Config, type Settings } from './config.ts';
import { countBuffersAsHeap } from './garbage_collection.ts';
import { Lifecycle, type Part } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { createRegistry, type MetricRegistry } from './metrics.ts';
import { SERVICE_PREFIXES, type LOG_SETTINGS } from './settings.ts';

export interface ServiceContext<S extends Settings> {
  readonly config: Config<S>;
  readonly log: Log;
  readonly registry: MetricRegistry;
  /** For a part that cannot go on: logs once, stops everything in order, exits 1. */
  readonly fail: (error: unknown) => void;
}

/** Longest wait for an orderly stop before the process ends all the same. */
const STOP_TIMEOUT_MS = 30_000;

/**
 * Runs a service until a signal or a failure. `compose` wires the parts; it does no I/O. It throws ConfigError where settings do not
 * fit each other.
 */
export async function runService<S extends Settings & typeof LOG_SETTINGS>(
  service: string,
  settings: S,
  compose: (context: ServiceContext<S>) => readonly Part[],
): Promise<void> {
  countBuffersAsHeap();
  const config = configOrExit(settings);
  const { logLevel, logFormat } = config as Config<typeof LOG_SETTINGS>;
  // A password that is the name of something else too would stand in every line.
  const secrets = secretsOf(settings, config).filter(
    (secret) => !Object.values(config).some((value) => value !== secret && String(value).includes(secret)),
  );
  const log = createLog({ service, level: logLevel, format: logFormat, secrets });
  const registry = createRegistry(service);
  let parts = new Lifecycle([]);
  let stopping = false;
  let exitCode = 0;

  const end = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.fatal({}, 'stop took too long');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    try {
      await parts.stop();
      log.info({}, 'stopped');
    } catch (error) {
      log.error({ error }, 'stop failed');
      exitCode = 1;
    }
    process.exit(exitCode);
  };
  const fail = (error: unknown): void => {
    log.fatal({ error }, stopping ? 'failed while it stopped' : 'cannot go on');
    exitCode = 1;
    void end();
  };

  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  try {
    parts = new Lifecycle(compose({ config, log, registry, fail }));
    if (await parts.start()) log.info({}, 'started');
  } catch (error) {
    if (error instanceof ConfigError) exitFor(error);
    fail(error);
  }
}

function configOrExit<S extends Settings>(settings: S): Config<S> {
  try {
    return readConfig(
      settings,
      process.env,
      SERVICE_PREFIXES.filter((prefix) => !owns(settings, prefix)),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    exitFor(error);
  }
}

function exitFor({ faults }: ConfigError): never {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exit(2);
}

function owns(settings: Settings, prefix: string): boolean {
  return Object.values(settings).some((setting) => setting.env.startsWith(prefix));
}
