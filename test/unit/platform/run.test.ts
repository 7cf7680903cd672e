import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { serviceEnv } from '../../support/servers.ts';

const SERVICE = new URL('../../support/small_service.ts', import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  /** What it logged, in order: the message, and the error's if there is one. */
  readonly log: readonly string[];
  readonly stderr: string;
}

/** Runs the service to its end; sends `signal` when it has logged `until`. */
async function run(
  settings: Readonly<Record<string, string>>,
  until?: string,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<Ended> {
  const child = spawn(process.execPath, [SERVICE], {
    env: { ...serviceEnv({ SPANMILL_LOG_FORMAT: 'json', ...settings }), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close') as Promise<[number | null]>;
  for await (const line of createInterface(child.stdout)) {
    const { msg = line, error } = parse(line);
    log.push([msg, ...messagesOf(error)].join(': '));
    if (msg === until) child.kill(signal);
  }
  const [code] = await closed;
  return { code, log, stderr };
}

interface LoggedError {
  readonly message: string;
  readonly cause?: LoggedError;
}

function messagesOf(error: LoggedError | undefined): string[] {
  return error === undefined ? [] : [error.message, ...messagesOf(error.cause)];
}

function parse(line: string): { msg?: string; error?: LoggedError } {
  try {
    return JSON.parse(line) as { msg?: string; error?: LoggedError };
  } catch {
    return {};
  }
}

const behaves = (behaviour: string) => ({ SPANMILL_SINK_START: behaviour });
const STARTED = ['start first', 'start second', 'start third', 'started'];
const STOPPED = ['stop third', 'stop second', 'stop first'];

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'starts in order, and on %s stops in reverse and exits with 0',
    async (signal) => {
      expect(await run({}, 'started', signal)).toEqual({
        code: 0,
        log: [...STARTED, ...STOPPED, 'stopped'],
        stderr: '',
      });
    },
  );

  it('tells every fault of its configuration, in words, and exits with 2', async () => {
    const { code, log, stderr } = await run({
      ...behaves('oddly'),
      SPANMILL_LOG_LEVEL: 'loud',
      SPANMILL_SINK_STRAT: 'x',
      SPANMILL_QUERY_PORT: 'of another service',
    });
    expect([code, log]).toEqual([2, []]);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'SPANMILL_LOG_LEVEL=loud must be one of trace, debug, info, warn, error, fatal',
      expect.stringMatching(/^SPANMILL_SINK_START=oddly must be one of well, /),
      'SPANMILL_SINK_STRAT is not known; did you mean SPANMILL_SINK_START?',
    ]);
  });

  it('undoes a start that fails half way, says why once, and exits with 1', async () => {
    expect(await run(behaves('cannot start'))).toMatchObject({
      code: 1,
      log: [
        'start first',
        'start second',
        'stop first',
        'cannot go on: second did not start: no room',
        'stopped',
      ],
    });
  });

  it('says why it cannot even be put together, and exits with 1', async () => {
    expect(await run(behaves('cannot compose'))).toMatchObject({
      code: 1,
      log: ['cannot go on: composed badly', 'stopped'],
    });
  });

  it('stops a start that is under way: nothing else begins, and what never began is left alone', async () => {
    expect(await run(behaves('hangs'), 'start second')).toMatchObject({
      code: 0,
      log: ['start first', 'start second', 'stop second', 'stop first', 'stopped'],
    });
  });

  it('stops in order and exits with 1 when a part cannot go on', async () => {
    expect(await run(behaves('fails'))).toMatchObject({
      code: 1,
      log: [...STARTED, 'cannot go on: lost Kafka', ...STOPPED, 'stopped'],
    });
  });

  it('does the same for a bug that nobody caught', async () => {
    expect(await run(behaves('crashes'))).toMatchObject({
      code: 1,
      log: [...STARTED, 'cannot go on: a bug', ...STOPPED, 'stopped'],
    });
  });

  it('gives every part its chance to stop, and exits with 1 when one could not', async () => {
    const { code, log } = await run(behaves('cannot stop'), 'started');
    expect(code).toBe(1);
    expect(log).toEqual([
      ...STARTED,
      ...STOPPED,
      expect.stringContaining('stop failed: not everything stopped'),
    ]);
  });

  it('does not hide what fails while it stops', async () => {
    expect(await run(behaves('fails in stop'), 'started')).toMatchObject({
      code: 1,
      log: [
        ...STARTED,
        'stop third',
        'stop second',
        'failed while it stopped: too late',
        'stop first',
        'stopped',
      ],
    });
  });

  it('writes its last words in the format for people too', async () => {
    const { code, log } = await run({ SPANMILL_LOG_FORMAT: 'pretty', ...behaves('fails') });
    expect(code).toBe(1);
    expect(log.join('\n')).toContain('lost Kafka');
    expect(log.at(-1)).toContain('stopped');
  });
});
