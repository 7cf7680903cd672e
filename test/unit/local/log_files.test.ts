import { beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogTail, rotate } from '../../../services/local/log_files.ts';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'spanmill-log-')), 'a.log');
});

describe('rotating a log', () => {
  test('leaves a small file and a missing one alone', () => {
    expect(rotate(file, 10)).toBe(false);
    appendFileSync(file, '0123456789');
    expect(rotate(file, 10)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('0123456789');
  });

  test('cuts a large one under the process that writes it, and keeps what was there once', () => {
    const writer = openSync(file, 'a');
    writeSync(writer, 'before the cut\n');
    expect(rotate(file, 10)).toBe(true);
    writeSync(writer, 'after\n');
    closeSync(writer);
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('before the cut\n');
    expect(readFileSync(file, 'utf8')).toBe('after\n');
  });
});

describe('following a log', () => {
  test('gives whole lines only, and each once', () => {
    appendFileSync(file, 'old\n');
    const tail = new LogTail(file);
    expect(tail.read()).toEqual([]);
    appendFileSync(file, 'one\ntw');
    expect(tail.read()).toEqual(['one']);
    appendFileSync(file, 'o\nthree\n');
    expect(tail.read()).toEqual(['two', 'three']);
    expect(tail.read()).toEqual([]);
  });

  test('a letter of several bytes that arrives in two pieces is one letter', () => {
    appendFileSync(file, '');
    const tail = new LogTail(file);
    const bytes = Buffer.from('é\n');
    appendFileSync(file, bytes.subarray(0, 1));
    expect(tail.read()).toEqual([]);
    appendFileSync(file, bytes.subarray(1));
    expect(tail.read()).toEqual(['é']);
  });

  test('goes on from the beginning after a rotation', () => {
    appendFileSync(file, 'a long line that is there already\n');
    const tail = new LogTail(file);
    rotate(file, 1);
    appendFileSync(file, 'new\n');
    expect(tail.read()).toEqual(['new']);
  });

  test('waits for a file that is not there yet', () => {
    const tail = new LogTail(file);
    expect(tail.read()).toEqual([]);
    appendFileSync(file, 'first\n');
    expect(tail.read()).toEqual(['first']);
  });
});
