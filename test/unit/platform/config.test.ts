import { describe, expect, it } from '@jest/globals';
import {
  choice,
  ConfigError,
  flag,
  integer,
  port,
  readConfig,
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
