import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const SCRIPT = join(import.meta.dirname, '../../../deploy/clickhouse/forget_unfinished_inserts.sh');

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'spanmill-clickhouse-'));
});
afterEach(() => rmSync(data, { recursive: true }));

/** A table as ClickHouse leaves it on disk; gives its directory. */
function table(name: string, directories: readonly string[], logs: Readonly<Record<string, string>>): string {
  const directory = join(data, 'store', name.slice(0, 3), name);
  for (const part of ['deduplication_logs', 'detached', ...directories]) {
    mkdirSync(join(directory, part), { recursive: true });
  }
  for (const [log, text] of Object.entries(logs)) {
    writeFileSync(join(directory, 'deduplication_logs', log), text);
  }
  return directory;
}

const run = (): string => execFileSync('sh', [SCRIPT, data], { encoding: 'utf8' });
const linesOf = (directory: string, log = 'deduplication_log_1.txt'): string[] =>
  readFileSync(join(directory, 'deduplication_logs', log), 'utf8')
    .trimEnd()
    .split('\n');

test('a line goes where no part on disk is its part or was merged from it', () => {
  const directory = table('abcd', ['all_1_7_2', 'all_9_9_0', 'tmp_insert_all_10_10_0'], {
    'deduplication_log_1.txt':
      '1\tall_1_1_0\ta\n1\tall_7_7_0\tb\n1\tall_8_8_0\tc\n1\tall_9_9_0\td\n1\tall_10_10_0\te\n',
  });
  expect(run()).toContain('forgot 2 inserts');
  expect(linesOf(directory)).toEqual(['1\tall_1_1_0\ta', '1\tall_7_7_0\tb', '1\tall_9_9_0\td']);
});

test('partitions have blocks of their own, and a mutated part holds what it held', () => {
  const directory = table('abcd', ['20261121_3_3_0', '20261122_4_6_1_8'], {
    'deduplication_log_1.txt':
      '1\t20261121_3_3_0\ta\n1\t20261122_3_3_0\tb\n1\t20261122_5_5_0\tc\n1\t20261121_5_5_0\td\n',
  });
  run();
  expect(linesOf(directory)).toEqual(['1\t20261121_3_3_0\ta', '1\t20261122_5_5_0\tc']);
});

test('the first insert of a partition, lost, leaves a table without parts', () => {
  const directory = table('abcd', [], { 'deduplication_log_1.txt': '1\tall_1_1_0\ta\n' });
  run();
  expect(linesOf(directory)).toEqual(['']);
});

test('every log of every table is looked at; one with nothing to forget stays as it is, and no other file appears', () => {
  const first = table('abcd', ['all_1_1_0'], {
    'deduplication_log_1.txt': '1\tall_1_1_0\ta\n',
    'deduplication_log_2.txt': '1\tall_2_2_0\tb\n2\tall_2_2_0\tb\n',
  });
  const second = table('efgh', ['all_1_1_0'], {
    'deduplication_log_1.txt': '1\tall_1_1_0\ta\n1\tall_2_2_0\tb\n',
  });
  run();
  expect(linesOf(first)).toEqual(['1\tall_1_1_0\ta']);
  expect(linesOf(first, 'deduplication_log_2.txt')).toEqual(['2\tall_2_2_0\tb']);
  expect(linesOf(second)).toEqual(['1\tall_1_1_0\ta']);
  expect(readdirSync(first).sort()).toEqual(['all_1_1_0', 'deduplication_logs', 'detached']);
  expect(run()).toBe('');
});

test('a server that never ran has nothing to forget', () => {
  expect(run()).toBe('');
});

test('says how it is used', () => {
  expect(() => execFileSync('sh', [SCRIPT], { stdio: 'pipe' })).toThrow(/usage: /);
});
