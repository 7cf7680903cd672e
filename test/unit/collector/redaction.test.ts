import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { opentelemetry } from '../../../proto/generated/index.js';
import { METRICS, type CollectorMetrics } from '../../../services/collector/metrics.ts';
import { Redaction } from '../../../services/collector/redaction.ts';
import { auditLog } from '../../../services/platform/audit_log.ts';
import { createRegistry, type MetricRegistry } from '../../../services/platform/metrics.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import { PARTITIONS, startCollector } from '../../support/running_collector.ts';
import { waitFor } from '../../support/wait_for.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const MARKER = 'PLANTED-SECRET';
const DROP_SECRET = 'rules: [{ id: secret, attribute: secret, action: drop }]';

let directory: string;
let file: string;
let auditFile: string;
let log: LogLine[];
let time: ManualTime;
let registry: MetricRegistry;
let metrics: CollectorMetrics;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-redaction-'));
  file = join(directory, 'policy.yaml');
  auditFile = join(directory, 'audit');
  log = [];
  time = new ManualTime();
  registry = createRegistry('collector');
  metrics = registry.create(METRICS);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function redaction(settings: { redactionKeyFile?: string; redactionKey?: string } = {}): Redaction {
  return new Redaction({
    ...{ file, redactionKeyFile: '', redactionKey: '', ...settings },
    ...{ maxRequestBytes: 100_000, clock: time, timers: time, log: recordingLog(log) },
    audit: auditLog({ path: auditFile, service: 'collector', clock: time, log: recordingLog(log) }),
    metrics,
  });
}

const acts = (): unknown[] =>
  readFileSync(auditFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

const secretSpan = requestOf({
  ...testSpan(1, 1),
  attributes: [{ key: 'secret', value: { stringValue: MARKER } }],
});
const attributeCount = (bytes: Uint8Array): number =>
  TracesData.decode(bytes).resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0]?.attributes?.length ?? 0;

describe('the policy in force', () => {
  test('is read again when its file changes', async () => {
    writeFileSync(file, DROP_SECRET);
    const subject = redaction();
    await subject.start();
    expect(attributeCount(subject.redact(secretSpan))).toBe(0);
    writeFileSync(file, 'rules: []');
    time.advance(5_000);
    await waitFor(() => subject.redact(secretSpan) === secretSpan, 'the new policy');
    await subject.stop();
    expect(await registry.expose()).toContain('spanmill_collector_redacted_values_total{rule="secret"');
  });

  test('stays when a new one is faulty, which is told once with line and column, until the file is mended', async () => {
    writeFileSync(file, DROP_SECRET);
    const subject = redaction();
    await subject.start();
    writeFileSync(file, 'rules:\n  - { id: a, attribute: b, action: dorp }');
    for (let i = 0; i < 3; i++) time.advance(5_000);
    await waitFor(() => subject.remark() !== null, 'the remark');
    time.advance(5_000);
    expect(attributeCount(subject.redact(secretSpan))).toBe(0);
    expect(subject.remark()).toContain(
      'policy.yaml:2:36: action must be one of keep, drop, hash, mask, truncate',
    );
    writeFileSync(file, 'rules: []');
    time.advance(5_000);
    await waitFor(() => subject.remark() === null, 'the mended policy');
    await subject.stop();
    expect(log.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(await registry.expose()).toMatch(/redaction_policy_failures_total\{[^}]*\} 1\n/);
  });

  test('is in the audit log whenever it changes, and so is what was refused, once', async () => {
    writeFileSync(file, DROP_SECRET);
    const subject = redaction();
    await subject.start();
    writeFileSync(file, 'rules: [{ id: a, attribute: b, action: dorp }]');
    time.advance(5_000);
    await waitFor(() => subject.remark() !== null, 'the refusal');
    writeFileSync(file, 'rules: []');
    for (let i = 0; i < 3; i++) time.advance(5_000);
    await waitFor(() => subject.remark() === null, 'the mended policy');
    await subject.stop();
    const act = { service: 'collector', who: 'file', what: 'redaction.reload' };
    const faults = [`${file}:1:40: action must be one of keep, drop, hash, mask, truncate`];
    expect(acts()).toMatchObject([
      { ...act, outcome: 'done', details: { path: file, rules: 1 } },
      { ...act, outcome: 'failed', details: { path: file, faults } },
      { ...act, outcome: 'done', details: { path: file, rules: 0 } },
    ]);
  });

  test('must be sound at the start, and its hashes need a key', async () => {
    await expect(redaction().start()).rejects.toThrow('cannot be read (ENOENT)');
    writeFileSync(file, 'rules: [{ id: a, attribute: a, action: hash }]');
    await expect(redaction().start()).rejects.toThrow('policy.yaml:1:40: to hash needs a key');
    await expect(redaction({ redactionKey: 'short' }).start()).rejects.toThrow('16 bytes');
    const keyFile = join(directory, 'key');
    writeFileSync(keyFile, '0123456789abcdef\n');
    for (const settings of [{ redactionKey: '0123456789abcdef' }, { redactionKeyFile: keyFile }]) {
      const subject = redaction(settings);
      await subject.start();
      await subject.stop();
    }
    writeFileSync(file, 'hash-key-file: key\nrules: [{ id: a, attribute: a, action: hash }]');
    const subject = redaction();
    await subject.start();
    await subject.stop();
    expect(JSON.stringify([log, acts()])).not.toContain('0123456789abcdef');
  });
});

describe('a collector with a policy', () => {
  const post = (url: string, body: string | Uint8Array, type: string): Promise<Response> =>
    fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) });
  const PROTOBUF = 'application/x-protobuf';
  const JSON_TYPE = 'application/json';

  test('stores no redacted value, and tells none in answers, log or metrics, whatever it refuses', async () => {
    writeFileSync(file, `detectors: [email]\n${DROP_SECRET}`);
    const collector = await startCollector({ redaction: redaction(), log: recordingLog(log) });
    const json = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '01'.repeat(16),
                  spanId: '02'.repeat(8),
                  name: 'x',
                  attributes: [{ key: 'secret', value: { stringValue: MARKER } }],
                },
              ],
            },
          ],
        },
      ],
    });
    const answers = [
      await post(collector.url, secretSpan, PROTOBUF),
      await post(collector.url, json, JSON_TYPE),
      // Cut off within the attribute, no JSON, a value of the wrong kind, and one with invalid ids.
      await post(collector.url, secretSpan.subarray(0, -4), PROTOBUF),
      await post(collector.url, json.slice(0, -9), JSON_TYPE),
      await post(collector.url, json.replace(`"${MARKER}"`, `["${MARKER}"]`), JSON_TYPE),
      await post(collector.url, json.replace(`"${MARKER}"`, `"${MARKER}`), JSON_TYPE),
      await post(collector.url, json.replace('0101', 'xx'), JSON_TYPE),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 400, 400, 400, 400]);
    const said = await Promise.all(answers.map((answer) => answer.text()));
    const stored = Array.from({ length: PARTITIONS }, (_, partition) =>
      collector.stored(partition).toString('latin1'),
    );
    const everything = [...said, ...stored, JSON.stringify(log), await collector.metrics()].join('\n');
    expect(stored.join('')).toContain('span 1');
    expect(everything).not.toContain(MARKER);
    await collector.stop();
  });

  test('refuses a request that its hashes make too large', async () => {
    writeFileSync(file, 'rules: [{ id: a, place: span, action: hash }]');
    const collector = await startCollector({ redaction: redaction({ redactionKey: '0123456789abcdef' }) });
    const attributes = Array.from({ length: 5_000 }, () => ({ key: 'a', value: { stringValue: 'b' } }));
    const answer = await post(collector.url, requestOf({ ...testSpan(1, 1), attributes }), PROTOBUF);
    expect(answer.status).toBe(413);
    await collector.stop();
  });
});
