import { describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endProcess, identify, isRunning, residentBytes } from '../../../services/local/process_table.ts';

async function startNode(program: string): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', `${program}; process.stdout.write('ready')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0 };
}

const SLEEP = 'setInterval(() => {}, 1000)';

describe('a process in the process table', () => {
  test('is found by its pid, with its start and its memory', () => {
    const self = identify(process.pid);
    expect(self?.pid).toBe(process.pid);
    expect(self?.startMark).not.toBe('');
    expect(residentBytes(process.pid)).toBeGreaterThan(1024 * 1024);
  });

  test('is another one when the start differs, and is never touched then', async () => {
    const { child, pid } = await startNode(SLEEP);
    const other = { pid, startMark: 'long ago' };
    expect(isRunning(other)).toBe(false);
    expect(await endProcess(other, 1000)).toBe(false);
    expect(isRunning({ pid, startMark: identify(pid)?.startMark ?? '' })).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('is null when it is gone', async () => {
    const { child, pid } = await startNode(SLEEP);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identify(pid)).toBeNull();
    expect(residentBytes(pid)).toBeNull();
  });

  test('ends by SIGTERM when it listens to it', async () => {
    const { child, pid } = await startNode(SLEEP);
    const identity = identify(pid);
    expect(identity !== null && (await endProcess(identity, 10_000))).toBe(false);
    expect(child.signalCode ?? child.exitCode).not.toBe('SIGKILL');
  });

  test('ends by SIGKILL when it does not', async () => {
    const { child, pid } = await startNode(`process.on('SIGTERM', () => {}); ${SLEEP}`);
    const identity = identify(pid);
    const exited = once(child, 'exit');
    expect(identity !== null && (await endProcess(identity, 100))).toBe(true);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });
});
