/** No process outlives a drill, however the drill ends. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { identify, isRunning, type ProcessIdentity } from '../../../services/local/process_table.ts';
import { Roster } from '../../chaos/roster.ts';

const ROSTER = join(import.meta.dirname, '../../chaos/roster.ts');
/** Lives for a minute, unless it is ended. */
const SLEEPER = ['-e', 'setTimeout(() => undefined, 60_000)'];

describe('the roster of a drill', () => {
  const started: ProcessIdentity[] = [];
  afterEach(() => {
    for (const identity of started.splice(0)) {
      if (isRunning(identity)) process.kill(identity.pid, 'SIGKILL');
    }
  });

  function sleeper(): { child: ChildProcess; identity: ProcessIdentity } {
    const child = spawn(process.execPath, SLEEPER, { detached: true, stdio: 'ignore' });
    const identity = identify(child.pid ?? 0);
    if (identity === null) throw new Error('the sleeper did not start');
    started.push(identity);
    return { child, identity };
  }

  test('signals by name, tells who runs, and waits for the end', async () => {
    const roster = new Roster();
    const { identity } = sleeper();
    roster.add('sink-1', identity.pid);
    expect(roster.processes).toEqual([{ name: 'sink-1', pid: identity.pid }]);
    expect(roster.signal('sink-1', 'SIGTERM')).toBe(true);
    await roster.gone('sink-1');
    expect(roster.processes).toEqual([]);
    expect(roster.signal('sink-1', 'SIGTERM')).toBe(false);
    expect(roster.signal('sink-2', 'SIGTERM')).toBe(false);
    await roster.killAll();
  });

  test('kills all of them, those that were stopped as well', async () => {
    const roster = new Roster();
    const sleepers = [sleeper(), sleeper()];
    for (const [index, { identity }] of sleepers.entries()) roster.add(`sink-${index}`, identity.pid);
    roster.signal('sink-0', 'SIGSTOP');
    await roster.killAll();
    expect(sleepers.map(({ identity }) => isRunning(identity))).toEqual([false, false]);
  });

  test('leaves nothing behind when the drill itself is killed', async () => {
    const { child, identity } = sleeper();
    const drill = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { Roster } from ${JSON.stringify(ROSTER)};
         const roster = new Roster();
         roster.add('sink-1', ${identity.pid});
         console.log('added');
         setInterval(() => undefined, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(createInterface(drill.stdout), 'line');
    const ended = once(child, 'exit');
    drill.kill('SIGKILL');
    await ended;
    expect(isRunning(identity)).toBe(false);
  });
});
