/** Every configuration table that one environment may hold, read together: all faults at once, whoever's they are. */
import { DEMO_SETTINGS } from '../../demo/settings.ts';
import { MIGRATION_SETTINGS } from '../platform/clickhouse/migration_settings.ts';
import { envNames, readConfig, type Settings } from '../platform/config.ts';
import { TOPIC_SETTINGS } from '../platform/kafka/topic_settings.ts';
import { SERVICES } from './services.ts';
import { CLI_SETTINGS, LOCAL_SETTINGS } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const TABLES: readonly Settings[] = [
  LOCAL_SETTINGS,
  CLI_SETTINGS,
  DEMO_SETTINGS,
  TOPIC_SETTINGS,
  MIGRATION_SETTINGS,
  ...SERVICES.map(({ settings }) => settings),
];

/** All settings of the pipeline by the name of their environment variable. */
export const ALL_SETTINGS: Settings = Object.fromEntries(
  TABLES.flatMap((table) => Object.values(table)).map((setting) => [setting.env, setting]),
);

/** The values by environment name. Throws ConfigError. */
export function readAll(env: Environment): Readonly<Record<string, unknown>> {
  return readConfig(ALL_SETTINGS, env);
}

/** What of `env` is for the owner of `settings`: the names in its table. */
export function pick(settings: Settings, env: Environment): Record<string, string> {
  return pickNames(envNames(settings), env);
}

export function pickNames(names: readonly string[], env: Environment): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
