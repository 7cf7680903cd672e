import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { isRunning } from '../../../services/local/process_table.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import type { ProcessRecord } from '../../../services/local/state.ts';
import { Supervised } from '../../../services/local/supervised.ts';
import { quietLog } from '../../support/quiet_log.ts';

/** A real process that lives until it is told to end. */
function launchSleeper(children: ChildProcess[]) {
  return (onSpawn: (pid: number) => void): Promise<RunningServer> => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    children.push(child);
    const ended = new Promise<string>((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? ''}`)),
    );
    const pid = child.pid ?? 0;
    onSpawn(pid);
    return Promise.resolve({ pid, ended, stop: () => Promise.resolve() });
  };
}

describe('a supervised process', () => {
  const children: ChildProcess[] = [];
  let supervised: Supervised | undefined;

  const supervise = (launch: (onSpawn: (pid: number) => void) => Promise<RunningServer>) => {
    const records: ProcessRecord[] = [];
    const waiting: ((record: ProcessRecord) => void)[] = [];
    const made: Supervised = new Supervised({
      name: 'sleeper',
      healthUrl: null,
      logFile: '/dev/null',
      launch,
      log: quietLog,
      clock: { now: () => 0 },
      onChange: () => {
        records.push(made.record);
        for (const look of [...waiting]) look(made.record);
      },
    });
    supervised = made;
    const until = (wanted: (record: ProcessRecord) => boolean) =>
      new Promise<ProcessRecord>((resolve) => waiting.push((record) => wanted(record) && resolve(record)));
    return { supervised: made, records, until };
  };

  afterEach(async () => {
    await supervised?.stop();
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  test('is running once it does its work, and names its process', async () => {
    const { supervised } = supervise(launchSleeper(children));
    await supervised.start();
    expect(supervised.record).toMatchObject({ state: 'running', restarts: 0, lastEnd: null });
    expect(supervised.record.identity?.pid).toBe(children[0]?.pid);
  });

  test('is started again when it is killed, and says how it ended', async () => {
    const { supervised, until } = supervise(launchSleeper(children));
    await supervised.start();
    const again = until((record) => record.state === 'running' && record.restarts === 1);
    children[0]?.kill('SIGKILL');
    expect(await again).toMatchObject({ restarts: 1, lastEnd: 'SIGKILL' });
    expect(supervised.record.identity?.pid).toBe(children[1]?.pid);
  });

  test('a first start that fails is not tried again, its error goes to the caller', async () => {
    let launches = 0;
    const { supervised } = supervise(() => {
      launches++;
      return Promise.reject(new Error('port 9 is taken'));
    });
    await expect(supervised.start()).rejects.toThrow('port 9 is taken');
    await supervised.stop();
    expect(launches).toBe(1);
  });

  test('a restart that fails is tried again', async () => {
    const sleeper = launchSleeper(children);
    let launches = 0;
    const { supervised, until, records } = supervise((onSpawn) =>
      ++launches === 2 ? Promise.reject(new Error('not now')) : sleeper(onSpawn),
    );
    await supervised.start();
    const again = until((record) => record.state === 'running' && record.restarts === 2);
    children[0]?.kill('SIGKILL');
    await again;
    expect(records.map((record) => record.lastEnd)).toContain('not now');
  });

  test('is gone and stays so after a stop', async () => {
    const { supervised } = supervise(launchSleeper(children));
    await supervised.start();
    const { identity } = supervised.record;
    await supervised.stop();
    expect(identity !== null && isRunning(identity)).toBe(false);
    expect(supervised.record).toMatchObject({ state: 'stopped', identity: null, restarts: 0 });
    expect(children).toHaveLength(1);
  });

  test('a stop during the pause before a restart leaves nothing running', async () => {
    const { supervised, until } = supervise(launchSleeper(children));
    await supervised.start();
    const waiting = until((record) => record.state === 'waiting');
    children[0]?.kill('SIGKILL');
    await waiting;
    await supervised.stop();
    expect(children).toHaveLength(1);
    expect(supervised.record.state).toBe('stopped');
  });

  test('a stop before there is a process ends the process as soon as there is one', async () => {
    let letSpawn = (): void => undefined;
    const sleeper = launchSleeper(children);
    const { supervised } = supervise(async (onSpawn) => {
      await new Promise<void>((resolve) => (letSpawn = resolve));
      const running = await sleeper(onSpawn);
      throw new Error(`ended while it started: ${await running.ended}`);
    });
    const started = supervised.start();
    const stopped = supervised.stop();
    letSpawn();
    await expect(started).rejects.toThrow('SIGTERM');
    await stopped;
    expect(children[0]?.signalCode).toBe('SIGTERM');
  });
});
