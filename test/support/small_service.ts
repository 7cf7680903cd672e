/**
 * A service for tests of platform/run.ts, run as a process: its parts say what is done to them. SPANMILL_SINK_START
 * chooses how it behaves.
 */
import { choice } from '../../services/platform/config.ts';
import type { Part } from '../../services/platform/lifecycle.ts';
import { runService } from '../../services/platform/run.ts';
import { LOG_SETTINGS } from '../../services/platform/settings.ts';

const SETTINGS = {
  ...LOG_SETTINGS,
  behaviour: choice({
    env: 'SPANMILL_SINK_START',
    default: 'well',
    options: [
      'well',
      'cannot compose',
      'cannot start',
      'hangs',
      'fails',
      'crashes',
      'cannot stop',
      'fails in stop',
    ],
    meaning: 'What goes wrong.',
  }),
};

await runService('small', SETTINGS, ({ config: { behaviour }, log, fail }) => {
  if (behaviour === 'cannot compose') throw new Error('composed badly');
  const part = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    start: async () => {
      log.info({}, `start ${name}`);
      await more.start?.();
    },
    stop: async () => {
      log.info({}, `stop ${name}`);
      await more.stop?.();
    },
  });
  const keepAlive = setInterval(() => undefined, 60_000);
  const second = part('second', {
    start: () => {
      if (behaviour === 'cannot start') return Promise.reject(new Error('no room'));
      return behaviour === 'hangs' ? new Promise(() => undefined) : Promise.resolve();
    },
    stop: () => {
      clearInterval(keepAlive);
      if (behaviour === 'fails in stop') fail(new Error('too late'));
      return behaviour === 'cannot stop' ? Promise.reject(new Error('stuck')) : Promise.resolve();
    },
  });
  if (behaviour === 'fails') setTimeout(() => fail(new Error('lost Kafka')), 50);
  if (behaviour === 'crashes') {
    setTimeout(() => {
      throw new Error('a bug');
    }, 50);
  }
  return [part('first'), second, part('third')];
});
