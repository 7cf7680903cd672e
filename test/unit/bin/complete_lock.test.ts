import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingEntries, type LockFile } from '../../../bin/complete-lock.js';

const lockWith = (packages: LockFile['packages']): LockFile => ({ packages });

describe('the lock file', () => {
  test('of this checkout names every optional package, so that npm ci accepts it on any system', () => {
    const file = join(import.meta.dirname, '../../../package-lock.json');
    expect(missingEntries(JSON.parse(readFileSync(file, 'utf8')) as LockFile)).toEqual({});
  });

  test('gets what a parent names and npm left out, with the system that the name says', () => {
    const lock = lockWith({
      'node_modules/a': { dev: true, optionalDependencies: { '@a/b-linux-arm64-musl': '1.2.3' } },
    });
    expect(missingEntries(lock)).toEqual({
      'node_modules/@a/b-linux-arm64-musl': {
        version: '1.2.3',
        cpu: ['arm64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
    });
  });

  test('has a package also where a dependent keeps it for itself', () => {
    const lock = lockWith({
      'node_modules/a/node_modules/b': { optionalDependencies: { 'c-darwin-x64': '1.0.0' } },
      'node_modules/a/node_modules/c-darwin-x64': {},
    });
    expect(missingEntries(lock)).toEqual({});
  });

  test('cannot be completed with what is for no known system', () => {
    const lock = lockWith({ 'node_modules/a': { optionalDependencies: { fsevents: '^2.0.0' } } });
    expect(() => missingEntries(lock)).toThrow('fsevents@^2.0.0 is missing in the lock file');
  });
});
