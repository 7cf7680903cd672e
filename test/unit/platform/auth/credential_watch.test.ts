import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { auditLog } from '../../../../services/platform/audit_log.ts';
import { CredentialWatch, WATCH_METRICS } from '../../../../services/platform/auth/credential_watch.ts';
import { hashToken } from '../../../../services/platform/auth/secret_hash.ts';
import { createRegistry } from '../../../../services/platform/metrics.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../../support/recording_log.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-credentials-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function watchOf(text: string) {
  const [path, auditPath] = [join(directory, 'credentials.yaml'), join(directory, 'audit')];
  writeFileSync(path, text);
  const time = new ManualTime();
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const registry = createRegistry('test');
  const watch = new CredentialWatch({
    ...{ path, clock: time, timers: time, log, metrics: registry.create(WATCH_METRICS) },
    audit: auditLog({ path: auditPath, service: 'test', clock: time, log }),
  });
  const acts = () =>
    readFileSync(auditPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { path, watch, lines, registry, acts };
}

const entry = (name: string) =>
  `credentials: [{ name: ${name}, kind: token, tenant: default, use: [query], hash: "${hashToken(name)}" }]`;
const namesOf = (watch: CredentialWatch) => [...watch.current().tokens.values()].map(({ name }) => name);

test('a changed file is in force; a wrong one changes nothing and says why, once, without its values', async () => {
  const { path, watch, lines, registry, acts } = watchOf(entry('one'));
  await watch.start();
  expect(namesOf(watch)).toEqual(['one']);

  writeFileSync(path, entry('two'));
  await watch.look();
  expect(namesOf(watch)).toEqual(['two']);

  writeFileSync(path, 'credentials: [{ name: x, hash: MARKER }]');
  await watch.look();
  await watch.look();
  expect(namesOf(watch)).toEqual(['two']);
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(JSON.stringify(lines)).toContain(`${path}:1:`);
  expect(JSON.stringify([lines, acts()])).not.toContain('MARKER');
  expect(await registry.expose()).toMatch(/spanmill_credentials_faulty\{service="test"\} 1/);

  rmSync(path);
  await watch.look();
  expect(namesOf(watch)).toEqual(['two']);

  writeFileSync(path, entry('two'));
  await watch.look();
  expect(await registry.expose()).toMatch(/spanmill_credentials_faulty\{service="test"\} 0/);
  expect(acts().map(({ who, what, outcome }) => [who, what, outcome])).toEqual([
    ['file', 'credentials.reload', 'done'],
    ['file', 'credentials.reload', 'done'],
    ['file', 'credentials.reload', 'failed'],
    ['file', 'credentials.reload', 'failed'],
  ]);
  await watch.stop();
});

test('a service does not start on a wrong file', async () => {
  const { watch } = watchOf('credentials: none');
  await expect(watch.start()).rejects.toThrow(/credentials.yaml:1:14: must be a list/);
});
