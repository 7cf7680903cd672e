import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  choice,
  ConfigError,
  flag,
  integer,
  optionalPort,
  port,
  readConfig,
  secret,
  secretsOf,
  text,
} from '../../../services/platform/config.ts';

const SETTINGS = {
  host: text({ env: 'SPANMILL_SINK_HOST', default: '127.0.0.1', meaning: 'Address.' }),
  port: port({ env: 'SPANMILL_SINK_PORT', default: 9000, meaning: 'Port.' }),
  batchRows: integer({
    env: 'SPANMILL_SINK_BATCH_ROWS',
    default: 10,
    unit: 'rows',
    min: 1,
    max: 100,
    meaning: 'Rows.',
  }),
  compress: flag({ env: 'SPANMILL_SINK_COMPRESS', default: false, meaning: 'Compress.' }),
  start: choice({
    env: 'SPANMILL_SINK_START',
    default: 'earliest',
    options: ['earliest', 'latest'],
    meaning: 'Start.',
  }),
};
const REQUIRED = { token: text({ env: 'SPANMILL_SINK_TOKEN', meaning: 'Secret of the sink.' }) };

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('gives defaults for what is absent or empty', () => {
    const defaults = { host: '127.0.0.1', port: 9000, batchRows: 10, compress: false, start: 'earliest' };
    expect(readConfig(SETTINGS, {})).toEqual(defaults);
    expect(readConfig(SETTINGS, { SPANMILL_SINK_PORT: '', SPANMILL_SINK_HOST: undefined })).toEqual(defaults);
  });

  it('reads a port that may be off', () => {
    const settings = { port: optionalPort({ env: 'SPANMILL_SINK_PORT', default: 9411, meaning: 'Port.' }) };
    const portOf = (value?: string) => readConfig(settings, { SPANMILL_SINK_PORT: value }).port;
    expect([portOf(), portOf('off'), portOf('0')]).toEqual([9411, null, 0]);
    expect(faultsOf(() => portOf('on'))[0]).toContain('SPANMILL_SINK_PORT=on');
  });

  it('reads each kind of setting', () => {
    const env = {
      SPANMILL_SINK_HOST: '0.0.0.0',
      SPANMILL_SINK_PORT: '0',
      SPANMILL_SINK_BATCH_ROWS: '100',
      SPANMILL_SINK_COMPRESS: '1',
      SPANMILL_SINK_START: 'latest',
      PATH: '/bin',
    };
    expect(readConfig(SETTINGS, env)).toEqual({
      host: '0.0.0.0',
      port: 0,
      batchRows: 100,
      compress: true,
      start: 'latest',
    });
  });

  it('tells all faults at once, each with what would be right', () => {
    const env = {
      SPANMILL_SINK_PORT: '70000',
      SPANMILL_SINK_BATCH_ROWS: '1.5',
      SPANMILL_SINK_COMPRESS: 'yes',
      SPANMILL_SINK_START: 'middle',
    };
    expect(faultsOf(() => readConfig({ ...SETTINGS, ...REQUIRED }, env))).toEqual([
      'SPANMILL_SINK_PORT=70000 must be a whole number from 0 to 65535',
      'SPANMILL_SINK_BATCH_ROWS=1.5 must be a whole number from 1 to 100',
      'SPANMILL_SINK_COMPRESS=yes must be true or false',
      'SPANMILL_SINK_START=middle must be one of earliest, latest',
      'SPANMILL_SINK_TOKEN must be set: Secret of the sink.',
    ]);
  });

  it.each([' ', 'abc', '1e', 'Infinity', 'NaN', '-1', '101'])('refuses %j as a number of rows', (given) => {
    expect(faultsOf(() => readConfig(SETTINGS, { SPANMILL_SINK_BATCH_ROWS: given }))).toHaveLength(1);
  });

  it('takes an unknown name of its own for a misspelling, and suggests the nearest', () => {
    const env = { SPANMILL_SINK_PORTT: '1', SPANMILL_SINK_WHATEVER: '1', SPANMILL_UNHEARD_OF: '1' };
    expect(faultsOf(() => readConfig(SETTINGS, env))).toEqual([
      'SPANMILL_SINK_PORTT is not known; did you mean SPANMILL_SINK_PORT?',
      'SPANMILL_SINK_WHATEVER is not known',
      'SPANMILL_UNHEARD_OF is not known',
    ]);
  });

  it('lets the settings of other services stand in the same environment', () => {
    const env = { SPANMILL_QUERY_PORT: 'not for us', OTHER_NAME: 'x' };
    expect(faultsOf(() => readConfig(SETTINGS, env, ['SPANMILL_QUERY_']))).toEqual([]);
  });
});

describe('a secret', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-secret-'));
  const file = join(directory, 'password');
  afterAll(() => rmSync(directory, { recursive: true }));
  const WITH_SECRET = {
    ...SETTINGS,
    password: secret({ env: 'SPANMILL_SINK_PASSWORD', meaning: 'Password.' }),
  };
  const passwordOf = (env: Record<string, string>) => readConfig(WITH_SECRET, env).password;

  it('comes from the environment, or from a file without its last line break', () => {
    expect(passwordOf({})).toBe('');
    expect(passwordOf({ SPANMILL_SINK_PASSWORD: 'from the environment' })).toBe('from the environment');
    writeFileSync(file, 'from a file\n');
    expect(passwordOf({ SPANMILL_SINK_PASSWORD_FILE: file })).toBe('from a file');
    writeFileSync(file, ' two\nlines ');
    expect(passwordOf({ SPANMILL_SINK_PASSWORD_FILE: file })).toBe(' two\nlines ');
  });

  it('is a fault where it comes twice, or from no file, or from an empty one', () => {
    const both = { SPANMILL_SINK_PASSWORD: 'hidden', SPANMILL_SINK_PASSWORD_FILE: file };
    expect(faultsOf(() => passwordOf(both))).toEqual([
      'SPANMILL_SINK_PASSWORD and SPANMILL_SINK_PASSWORD_FILE are both set: only one of them can be',
    ]);
    expect(faultsOf(() => passwordOf({ SPANMILL_SINK_PASSWORD_FILE: '/nowhere' }))).toEqual([
      'SPANMILL_SINK_PASSWORD_FILE=/nowhere cannot be read (ENOENT)',
    ]);
    writeFileSync(file, '\n');
    expect(faultsOf(() => passwordOf({ SPANMILL_SINK_PASSWORD_FILE: file }))).toEqual([
      `SPANMILL_SINK_PASSWORD_FILE=${file} is empty`,
    ]);
  });

  it('is told by no fault, of its own or of an address that holds one', () => {
    const refusing = { ...secret({ env: 'SPANMILL_SINK_KEY', meaning: 'Key.' }), parse: () => fail() };
    const fail = (): string => {
      throw new Error('must be a key');
    };
    const env = { SPANMILL_SINK_KEY: 'hidden', SPANMILL_SINK_HOST: 'http://user:hidden@host' };
    expect(faultsOf(() => readConfig({ ...SETTINGS, refusing }, env))).toEqual([
      'SPANMILL_SINK_HOST must not hold a user or a password: they have settings of their own',
      'SPANMILL_SINK_KEY must be a key',
    ]);
  });

  it('is known as one', () => {
    const config = readConfig(WITH_SECRET, { SPANMILL_SINK_PASSWORD: 'hidden' });
    expect(secretsOf(WITH_SECRET, config)).toEqual(['hidden']);
    expect(secretsOf(WITH_SECRET, readConfig(WITH_SECRET, {}))).toEqual([]);
  });
});
