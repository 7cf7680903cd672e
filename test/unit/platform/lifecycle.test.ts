import { describe, expect, it } from '@jest/globals';
import { Lifecycle, startAll, stopAll, type Part } from '../../../services/platform/lifecycle.ts';

type Behaviour = Partial<Pick<Part, 'start' | 'stop'>>;

/** Parts by name that write down what is asked of them. */
function recordedParts(behaviours: Readonly<Record<string, Behaviour>>): { parts: Part[]; calls: string[] } {
  const calls: string[] = [];
  const parts = Object.entries(behaviours).map(([name, { start, stop }]) => ({
    name,
    start: () => {
      calls.push(`start ${name}`);
      return start?.() ?? Promise.resolve();
    },
    stop: () => {
      calls.push(`stop ${name}`);
      return stop?.() ?? Promise.resolve();
    },
  }));
  return { parts, calls };
}

const fails = (message: string) => () => Promise.reject(new Error(message));

describe('Lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const { parts, calls } = recordedParts({ a: {}, b: {}, c: {} });
    const lifecycle = new Lifecycle(parts);
    expect(await lifecycle.start()).toBe(true);
    await lifecycle.stop();
    expect(calls).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('stops what runs when a part does not start, and says which one and why', async () => {
    const { parts, calls } = recordedParts({ a: {}, b: { start: fails('port taken') }, c: {} });
    await expect(new Lifecycle(parts).start()).rejects.toMatchObject({
      message: 'b did not start',
      cause: { message: 'port taken' },
    });
    expect(calls).toEqual(['start a', 'start b', 'stop a']);
  });

  it('keeps the reason of a failed start when undoing it fails too', async () => {
    const { parts } = recordedParts({ a: { stop: fails('stuck') }, b: { start: fails('port taken') } });
    await expect(new Lifecycle(parts).start()).rejects.toMatchObject({
      message: 'b did not start, and the rest did not stop',
      cause: { message: 'b did not start', cause: { message: 'port taken' } },
      errors: [{ message: 'b did not start' }, { message: 'not everything stopped' }],
    });
  });

  it('begins nothing more once it is told to stop, and stops the part that is starting too', async () => {
    const starting = Promise.withResolvers<undefined>();
    const stop = (): Promise<void> => {
      starting.resolve(undefined);
      return Promise.resolve();
    };
    const { parts, calls } = recordedParts({ a: {}, b: { start: () => starting.promise, stop }, c: {} });
    const lifecycle = new Lifecycle(parts);
    const started = lifecycle.start();
    await Promise.resolve();
    await lifecycle.stop();
    expect(await started).toBe(false);
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('takes the error by which a start ends when it is told to stop for that end', async () => {
    const starting = Promise.withResolvers<undefined>();
    const stop = (): Promise<void> => {
      starting.reject(new Error('aborted'));
      return Promise.resolve();
    };
    const { parts, calls } = recordedParts({ a: { start: () => starting.promise, stop } });
    const lifecycle = new Lifecycle(parts);
    const started = lifecycle.start();
    await lifecycle.stop();
    expect(await started).toBe(false);
    expect(calls).toEqual(['start a', 'stop a']);
  });

  it('starts nothing when it was stopped before', async () => {
    const { parts, calls } = recordedParts({ a: {} });
    const lifecycle = new Lifecycle(parts);
    await lifecycle.stop();
    expect(await lifecycle.start()).toBe(false);
    expect(calls).toEqual([]);
  });

  it('stops each part once, however often it is asked', async () => {
    const { parts, calls } = recordedParts({ a: {} });
    const lifecycle = new Lifecycle(parts);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(calls).toEqual(['start a', 'stop a']);
  });
});

describe('stopAll', () => {
  it('gives every part its chance and tells all that failed', async () => {
    const { parts, calls } = recordedParts({ a: { stop: fails('one') }, b: {}, c: { stop: fails('two') } });
    await expect(stopAll(parts)).rejects.toMatchObject({
      message: 'not everything stopped',
      errors: [
        { message: 'c did not stop', cause: { message: 'two' } },
        { message: 'a did not stop', cause: { message: 'one' } },
      ],
    });
    expect(calls).toEqual(['stop c', 'stop b', 'stop a']);
  });
});

describe('startAll', () => {
  it('resolves when all run, and undoes a partial start', async () => {
    const good = recordedParts({ a: {}, b: {} });
    await startAll(good.parts);
    expect(good.calls).toEqual(['start a', 'start b']);
    const bad = recordedParts({ a: {}, b: { start: fails('no') } });
    await expect(startAll(bad.parts)).rejects.toThrow('b did not start');
    expect(bad.calls).toEqual(['start a', 'start b', 'stop a']);
  });
});
