import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { audited, auditLog } from '../../../services/platform/audit_log.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';

const ACT_BEGUN = { who: 'operator', what: 'migrate', details: { tables: 2 } };
const ACT = { ...ACT_BEGUN, outcome: 'done' } as const;
const AT = '2023-11-14T22:13:20.000Z';

function fixture(path: string) {
  const lines: LogLine[] = [];
  return {
    lines,
    audit: auditLog({ path, service: 'test', clock: new ManualTime(), log: recordingLog(lines) }),
  };
}

test('an act is a line of JSON in its file, which nobody else may read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-audit-'));
  try {
    const path = join(directory, 'audit');
    const { audit, lines } = fixture(path);
    audit.record(ACT);
    audit.record({ ...ACT, outcome: 'failed' });
    const written = readFileSync(path, 'utf8').trim().split('\n');
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { at: AT, service: 'test', ...ACT },
      { at: AT, service: 'test', ...ACT, outcome: 'failed' },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lines).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('without a file, and with one that cannot be written, the log has it', () => {
  const [none, broken] = [fixture(''), fixture('/nowhere/audit')];
  none.audit.record(ACT);
  broken.audit.record(ACT);
  const fields = { audit: true, at: AT, service: 'test', ...ACT };
  expect(none.lines).toEqual([{ level: 'info', fields, message: 'audit: migrate by operator: done' }]);
  expect(broken.lines).toMatchObject([{ level: 'error', fields }]);
});

test('what fails is recorded as failed, and goes on failing', async () => {
  const { audit, lines } = fixture('');
  expect(await audited(audit, ACT_BEGUN, () => Promise.resolve(5))).toBe(5);
  await expect(audited(audit, ACT_BEGUN, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(lines.map(({ fields }) => (fields as { outcome: string }).outcome)).toEqual(['done', 'failed']);
});
