import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { acquireLock, releaseLock } from '../../../services/local/lock.ts';
import { identify } from '../../../services/local/process_table.ts';

const self = identify(process.pid) ?? { pid: 0, startMark: '' };
let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'spanmill-lock-')), 'run/lock');
});

describe('the supervisor lock', () => {
  test('is held by the first, and names it to the second', () => {
    expect(acquireLock(file, self)).toBeNull();
    expect(acquireLock(file, { pid: 1, startMark: 'x' })).toEqual(self);
  });

  test('is free again after its release', () => {
    acquireLock(file, self);
    releaseLock(file);
    expect(acquireLock(file, self)).toBeNull();
  });

  test('of a holder that is gone is taken over, and nothing is left lying about', () => {
    acquireLock(file, { pid: self.pid, startMark: 'before the restart' });
    expect(acquireLock(file, self)).toBeNull();
    expect(acquireLock(file, { pid: 1, startMark: 'x' })).toEqual(self);
    expect(readdirSync(dirname(file))).toEqual(['lock']);
  });

  test('that is damaged is taken over', () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{"pid":');
    expect(acquireLock(file, self)).toBeNull();
  });
});
