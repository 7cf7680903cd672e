import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readState, writeState, type SupervisorState } from '../../../services/local/state.ts';

const state: SupervisorState = {
  supervisor: { pid: 7, startMark: '123' },
  phase: 'ready',
  startedAtMs: 1,
  steps: [],
  processes: [],
  addresses: { query: '', otlpGrpc: '', otlpHttp: '', shop: null, kafka: '', clickhouse: '', database: '' },
  failure: null,
};
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-state-'));
});

describe('the state file', () => {
  test('is null where nothing was started', () => {
    expect(readState(join(directory, 'run/state.json'))).toBeNull();
  });

  test('comes back as it was written, its directory is made', () => {
    const file = join(directory, 'run/state.json');
    writeState(file, state);
    writeState(file, { ...state, phase: 'stopping' });
    expect(readState(file)).toEqual({ ...state, phase: 'stopping' });
    expect(readdirSync(join(directory, 'run'))).toEqual(['state.json']);
  });

  test('that is damaged says what to do', () => {
    const file = join(directory, 'state.json');
    writeFileSync(file, '{');
    expect(() => readState(file)).toThrow('is damaged: end the processes by hand, then delete it');
  });
});
