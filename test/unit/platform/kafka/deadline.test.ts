import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  DeadlineError,
  retrying,
  settlesWithin,
  within,
} from '../../../../services/platform/kafka/deadline.ts';

const never = new Promise<never>(() => undefined);

describe('a time limit', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('passes the outcome on, and leaves no timer', async () => {
    expect(await within(1000, Promise.resolve(7))).toBe(7);
    await expect(within(1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('rejects when it is over', async () => {
    const outcome = expect(within(1000, never)).rejects.toThrow(DeadlineError);
    await jest.advanceTimersByTimeAsync(1000);
    await outcome;
  });

  test('says whether something settled in time, well or not', async () => {
    expect(await settlesWithin(1000, Promise.resolve())).toBe(true);
    expect(await settlesWithin(1000, Promise.reject(new Error('no')))).toBe(true);
    const late = settlesWithin(1000, never);
    await jest.advanceTimersByTimeAsync(1000);
    expect(await late).toBe(false);
  });
});

describe('trying again', () => {
  const options = {
    timeoutMs: 60_000,
    pauseMs: 0,
    retriable: (error: unknown) => (error as Error).message !== 'final',
  };
  const failing = (errors: Error[]) => () =>
    Promise.resolve(errors.shift()).then((error) => {
      if (error !== undefined) throw error;
      return 'done';
    });

  test('goes on until it succeeds', async () => {
    expect(await retrying(options, failing([new Error('1'), new Error('2')]))).toBe('done');
  });

  test('ends at an error that will not pass', async () => {
    await expect(retrying(options, failing([new Error('1'), new Error('final')]))).rejects.toThrow('final');
  });

  test('ends when the time is over, with the last error', async () => {
    await expect(retrying({ ...options, timeoutMs: 0 }, failing([new Error('1')]))).rejects.toThrow('1');
  });
});
