/**
 * Configuration from the environment: one table a service, from which the types, the checks and the README follow.
 *
 * All faults are reported at once. A `SPANMILL_*` name that is nobody's is a fault too: a misspelt limit that is
 * silently ignored is worse than a service that does not start. No fault tells a secret.
 */
import { readFileSync } from 'node:fs';

export interface Setting<T> {
  readonly env: string;
  /** Undefined where the setting must be given. */
  readonly default: T | undefined;
  readonly unit: string;
  readonly meaning: string;
  /** Reads the text of the environment; throws an Error that says what would be right. */
  readonly parse: (text: string) => T;
  /** Its value is never told; it may also be given as a file, by the name with `_FILE` behind it. */
  readonly isSecret?: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Config<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
    this.faults = faults;
  }
}

interface Described {
  readonly env: string;
  readonly meaning: string;
}

export function text(setting: Described & { default?: string }): Setting<string> {
  return {
    env: setting.env,
    meaning: setting.meaning,
    default: setting.default,
    unit: '',
    parse: (value) => value,
  };
}

/** Also from a file: `NAME_FILE` names it, and the line break at its end is not part of the secret. */
export function secret(setting: Described): Setting<string> {
  return { ...text({ ...setting, default: '' }), unit: 'secret', isSecret: true };
}

export function choice<const T extends string>(
  setting: Described & { default: T; options: readonly T[] },
): Setting<T> {
  return {
    ...setting,
    unit: setting.options.join(' | '),
    parse: (value) => {
      const option = setting.options.find((one) => one === value);
      if (option === undefined) throw new Error(`must be one of ${setting.options.join(', ')}`);
      return option;
    },
  };
}

export function integer(
  setting: Described & { default: number; unit: string; min: number; max: number },
): Setting<number> {
  const { min, max } = setting;
  return {
    ...setting,
    parse: (value) => {
      const number = Number(value);
      if (value.trim() === '' || !Number.isInteger(number) || number < min || number > max) {
        throw new Error(`must be a whole number from ${min} to ${max}`);
      }
      return number;
    },
  };
}

export function port(setting: Described & { default: number }): Setting<number> {
  return integer({ ...setting, unit: 'port', min: 0, max: 65_535 });
}

/** A port that may be closed: null. */
export function optionalPort(
  setting: Described & { default: number; transport?: 'TCP' | 'UDP' },
): Setting<number | null> {
  const open = port(setting);
  return {
    ...open,
    unit: setting.transport === 'UDP' ? 'UDP port | off' : 'port | off',
    parse: (value) => (value === 'off' ? null : open.parse(value)),
  };
}

export function flag(setting: Described & { default: boolean }): Setting<boolean> {
  return {
    ...setting,
    unit: 'true | false',
    parse: (value) => {
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw new Error('must be true or false');
    },
  };
}

/**
 * Reads `settings` from `env`. Names of other services' tables may stand in the same environment (one file for the
 * whole pipeline): `otherPrefixes` names them. Throws ConfigError with every fault.
 */
export function readConfig<S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
  otherPrefixes: readonly string[] = [],
): Config<S> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    try {
      const given = setting.isSecret === true ? secretText(setting.env, env) : env[setting.env];
      if (given === undefined || given === '') {
        if (setting.default === undefined) faults.push(`${setting.env} must be set: ${setting.meaning}`);
        values[name] = setting.default;
      } else {
        values[name] = parsed(setting, given);
      }
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  const known = new Set(envNames(settings));
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SPANMILL_') || known.has(name)) continue;
    if (otherPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    faults.push(`${name} is not known${suggestion(name, known)}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Config<S>;
}

/** The names under which the environment may give the settings. */
export function envNames(settings: Settings): string[] {
  return Object.values(settings).flatMap(({ env, isSecret }) =>
    isSecret === true ? [env, fileNameOf(env)] : [env],
  );
}

/** The values that nothing may tell. */
export function secretsOf(settings: Settings, config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings)
    .filter(([, { isSecret }]) => isSecret === true)
    .map(([name]) => config[name] as string)
    .filter((value) => value !== '');
}

/** Addresses are told in logs and answers. */
const USER_IN_ADDRESS = /:\/\/[^\s/,@]*@/;

const fileNameOf = (env: string): string => `${env}_FILE`;

function parsed<T>(setting: Setting<T>, given: string): T {
  if (setting.isSecret !== true && USER_IN_ADDRESS.test(given)) {
    throw new Error(`${setting.env} must not hold a user or a password: they have settings of their own`);
  }
  try {
    return setting.parse(given);
  } catch (error) {
    const shown = setting.isSecret === true ? setting.env : `${setting.env}=${given}`;
    throw new Error(`${shown} ${(error as Error).message}`, { cause: error });
  }
}

function secretText(env: string, values: Readonly<Record<string, string | undefined>>): string | undefined {
  const [given = '', file = ''] = [values[env], values[fileNameOf(env)]];
  if (file === '') return given;
  if (given !== '') throw new Error(`${env} and ${fileNameOf(env)} are both set: only one of them can be`);
  const content = readSecret(fileNameOf(env), file);
  if (content === '') throw new Error(`${fileNameOf(env)}=${file} is empty`);
  return content;
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'no access' } = error as NodeJS.ErrnoException;
    throw new Error(`${name}=${file} cannot be read (${code})`, { cause: error });
  }
}

function suggestion(name: string, known: ReadonlySet<string>): string {
  const [nearest] = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(candidate, name) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined || nearest.distance > 3 ? '' : `; did you mean ${nearest.candidate}?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
