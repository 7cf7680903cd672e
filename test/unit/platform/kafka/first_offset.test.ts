import { describe, expect, test } from '@jest/globals';
import type { Timers } from '../../../../services/platform/clock.ts';
import { findFirstOffset } from '../../../../services/platform/kafka/first_offset.ts';
import type { Admin, Watermarks } from '../../../../services/platform/kafka/port.ts';
import { quietLog } from '../../../support/quiet_log.ts';

/** Answers one after the other, the last one for ever; null is a failure. */
function adminOf(...answers: (Omit<Watermarks, 'partition'> | null)[]): Pick<Admin, 'watermarks'> {
  return {
    watermarks: () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return answer == null
        ? Promise.reject(new Error('Kafka is away'))
        : Promise.resolve([{ partition: 0, ...answer }]);
    },
  };
}

function find(offset: number, admin: Pick<Admin, 'watermarks'>, isCurrent: () => boolean = () => true) {
  const errors: object[] = [];
  const sleeps: number[] = [];
  const timers: Timers = {
    every: () => () => undefined,
    sleep: (ms) => {
      sleeps.push(ms);
      return Promise.resolve();
    },
  };
  const log = { ...quietLog, error: (fields: object) => void errors.push(fields) };
  const first = findFirstOffset({
    admin: admin as Admin,
    topic: 'spans',
    partition: 0,
    offset,
    log,
    timers,
    isCurrent,
  });
  return { first, errors, sleeps };
}

describe('where reading starts', () => {
  test('at the offset, where it exists', async () => {
    const { first, errors } = find(5, adminOf({ low: 2, high: 9 }));
    expect(await first).toBe(5);
    expect(errors).toEqual([]);
  });

  test('the end of the partition is an offset like any other', async () => {
    expect(await find(9, adminOf({ low: 2, high: 9 })).first).toBe(9);
  });

  test('at the oldest record where retention has passed the offset, and that is an error in the log', async () => {
    const { first, errors } = find(5, adminOf({ low: 7, high: 9 }));
    expect(await first).toBe(7);
    expect(errors).toEqual([{ partition: 0, offset: 5, low: 7 }]);
  });

  test('from the beginning means from the oldest record, and is no error', async () => {
    const { first, errors } = find(0, adminOf({ low: 7, high: 9 }));
    expect(await first).toBe(7);
    expect(errors).toEqual([]);
  });

  test('asks again while Kafka is away', async () => {
    const { first, sleeps } = find(5, adminOf(null, null, { low: 2, high: 9 }));
    expect(await first).toBe(5);
    expect(sleeps).toHaveLength(2);
  });

  test('a new leader that does not know the offset yet gets time', async () => {
    expect(await find(9, adminOf({ low: 0, high: 8 }, { low: 0, high: 9 })).first).toBe(9);
  });

  test('a partition that stays shorter than the offset has lost records', async () => {
    await expect(find(9, adminOf({ low: 0, high: 8 })).first).rejects.toThrow('lost records');
  });

  test('an answer that nobody waits for any more is none', async () => {
    expect(await find(5, adminOf({ low: 2, high: 9 }), () => false).first).toBeNull();
  });
});
