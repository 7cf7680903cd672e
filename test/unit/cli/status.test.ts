import { expect, test } from '@jest/globals';
import { statusLines } from '../../../services/cli/commands/status.ts';
import type { ProcessHealth } from '../../../services/local/health.ts';
import type { SupervisorState } from '../../../services/local/state.ts';

const state: SupervisorState = {
  supervisor: { pid: 7, startMark: '1' },
  phase: 'ready',
  startedAtMs: 0,
  steps: [],
  processes: [],
  addresses: {
    query: 'http://127.0.0.1:16686',
    otlpGrpc: '',
    otlpHttp: '',
    shop: null,
    kafka: '',
    clickhouse: '',
    database: '',
  },
  failure: null,
};

const sink: ProcessHealth = {
  record: {
    name: 'sink',
    state: 'running',
    identity: { pid: 42, startMark: '1' },
    startedAtMs: 60_000,
    restarts: 2,
    lastEnd: 'SIGKILL',
    healthUrl: null,
    logFile: '',
  },
  isHealthy: true,
  health: 'ready',
  residentBytes: 130 * 1024 * 1024,
};
const gone: ProcessHealth = {
  record: { ...sink.record, name: 'collector', state: 'waiting', identity: null },
  isHealthy: false,
  health: 'ended (SIGKILL), starts again',
  residentBytes: null,
};

test('status shows every process with its state, age, restarts, memory and health, and the figures', () => {
  const context = {
    terminal: { isTerminal: false, width: 100, color: false, unicode: false },
    clock: { now: () => 185_000 },
  };
  const figures = [{ name: 'capture rate', value: '100 %', meaning: 'stored / received' }];
  expect(statusLines(state, [sink, gone], figures, context)).toEqual([
    'Spanmill is ready, http://127.0.0.1:16686',
    '',
    'process    state    pid   uptime  restarts  memory  health',
    '---------  -------  ---  -------  --------  ------  -----------------------------',
    'sink       running   42  2 m 5 s         2  130 MB  ready',
    'collector  waiting    -        -         2       -  ended (SIGKILL), starts again',
    '',
    'figure        value  meaning',
    '------------  -----  -----------------',
    'capture rate  100 %  stored / received',
  ]);
});
