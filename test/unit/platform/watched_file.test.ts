import { beforeEach, describe, expect, test } from '@jest/globals';
import { WatchedFile } from '../../../services/platform/watched_file.ts';
import { ManualTime } from '../../support/manual_time.ts';

/** What lies there: text that starts with `bad` cannot be used, and null cannot be read. */
let there: string | null = '';
let looks = 0;
let said: string[] = [];
let time = new ManualTime();

beforeEach(() => {
  [there, looks, said, time] = ['first', 0, [], new ManualTime()];
});

function watched(): WatchedFile<string> {
  return new WatchedFile({
    everyMs: 1_000,
    timers: time,
    look: () => {
      looks++;
      return there === null ? Promise.reject(new Error('away')) : Promise.resolve(there);
    },
    versionOf: (text) => text,
    take: (text) => {
      if (text === 'bug') throw new TypeError(text);
      if (text.startsWith('bad')) throw new Error(text.slice(0, 5));
      said.push(`take ${text}`);
    },
    refused: (error, isNew) => {
      if (error instanceof TypeError) throw error;
      said.push(`${isNew ? 'refuse' : 'again'} ${(error as Error).message}`);
    },
    restored: () => said.push('restored'),
  });
}

/** Looks at each of these in turn. */
async function seeing(...texts: readonly (string | null)[]): Promise<string[]> {
  const file = watched();
  await file.start();
  for (const text of texts) {
    there = text;
    await file.look();
  }
  await file.stop();
  return said;
}

describe('a watched file', () => {
  test('is taken at the start, and again only when it has changed', async () => {
    expect(await seeing('first', 'second', 'second', 'first')).toEqual([
      'take first',
      'take second',
      'take first',
    ]);
  });

  test('that cannot be used or looked at stops the start', async () => {
    there = 'bad 1';
    await expect(watched().start()).rejects.toThrow('bad 1');
    there = null;
    await expect(watched().start()).rejects.toThrow('away');
    time.advance(5_000);
    expect([looks, said]).toEqual([2, []]);
  });

  test('that turns bad is tried once for each state of it, and tells whether the reason is a new one', async () => {
    expect(await seeing('bad 1', 'bad 1', 'bad 1 too', 'bad 2', 'good')).toEqual([
      'take first',
      'refuse bad 1',
      'again bad 1',
      'refuse bad 2',
      'take good',
    ]);
  });

  test('that cannot be read is tried at each look', async () => {
    expect(await seeing(null, null, 'bad 1', null, 'bad 1', 'good')).toEqual([
      'take first',
      'refuse away',
      'again away',
      'refuse bad 1',
      'refuse away',
      'refuse bad 1',
      'take good',
    ]);
  });

  test('that comes back as it was is restored, not taken', async () => {
    expect(await seeing('bad 1', 'first', 'first', null, 'first', 'bad 1')).toEqual([
      ...['take first', 'refuse bad 1', 'restored', 'refuse away', 'restored', 'refuse bad 1'],
    ]);
  });

  test('is looked at each interval, one look at a time, until it is stopped', async () => {
    const file = watched();
    await file.start();
    time.advance(999);
    expect(looks).toBe(1);
    time.advance(4_001);
    expect(looks).toBe(2);
    there = 'second';
    await file.look();
    expect([looks, said]).toEqual([3, ['take first', 'take second']]);
    there = 'third';
    time.advance(1_000);
    await file.stop();
    expect(said).toEqual(['take first', 'take second', 'take third']);
    time.advance(10_000);
    expect(looks).toBe(4);
  });

  test('whose owner takes what happened for a bug fails its look, and is still looked at', async () => {
    const file = watched();
    await file.start();
    there = 'bug';
    await expect(file.look()).rejects.toThrow(TypeError);
    there = 'good';
    await file.look();
    expect(said).toEqual(['take first', 'take good']);
    await file.stop();
  });
});
