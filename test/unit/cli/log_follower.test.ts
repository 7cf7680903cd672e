import { expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFollower, readable } from '../../../services/cli/log_follower.ts';
import { LogTail } from '../../../services/local/log_files.ts';

test("a service's JSON line becomes a line for people", () => {
  const line =
    '{"level":40,"time":1795258729869,"service":"local","process":"kafka","msg":"ended by itself"}';
  expect(readable(line)).toBe('10:58:49 warn ended by itself {"process":"kafka"}');
});

test.each(['plain text', '{"half', '{"a":1}'])('any other line stays as it is: %s', (line) => {
  expect(readable(line)).toBe(line);
});

test('control characters do not reach the terminal', () => {
  expect(readable('\u001b[2Jboo')).toBe('\\u001b[2Jboo');
});

test('each line says whose it is', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-follow-'));
  const logs = ['sink', 'collector'].map((name) => ({ name, tail: new LogTail(join(directory, name)) }));
  const written: string[] = [];
  const terminal = { isTerminal: false, width: 80, color: false, unicode: true };
  const follower = new LogFollower(logs, { terminal, write: (text) => written.push(text) });
  appendFileSync(join(directory, 'collector'), 'one\n');
  appendFileSync(join(directory, 'sink'), 'two\n');
  follower.show();
  follower.show();
  expect(written).toEqual(['sink      two\n', 'collector one\n']);
});
