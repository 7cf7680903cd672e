import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runRedact, type RedactOptions } from '../../../services/cli/commands/redact.ts';
import { shapeOf } from '../../../services/cli/redact/shape.ts';
import { fakeFetch, recordedOutput } from '../../support/cli_fakes.ts';

const CONNECTION = {
  url: 'http://clickhouse.test:8123',
  database: 'spanmill',
  user: 'me',
  password: 'secret',
};

let directory: string;
let policy: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-redact-'));
  policy = join(directory, 'policy.yaml');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const row = (attributes: Record<string, string>, name = 'GET /') =>
  JSON.stringify({
    ...{
      TraceState: '',
      SpanName: name,
      ResourceAttributes: { 'service.name': 'shop' },
      ScopeName: 'io.http',
    },
    ...{
      SpanAttributes: attributes,
      StatusMessage: '',
      EventNames: ['e'],
      EventAttributes: [{ card: '4111111111111111' }],
    },
    ...{ LinkTraceStates: [], LinkAttributes: [] },
  });

async function run(yaml: string, options: Partial<RedactOptions>, ...rows: string[]) {
  writeFileSync(policy, yaml);
  const output = recordedOutput();
  const { fetcher, asked } = fakeFetch(new Response(rows.map((one) => `${one}\n`).join('')));
  await runRedact({ policy, last: 3600, limit: 100, ...options }, CONNECTION, output, fetcher);
  return { ...output, asked };
}

const YAML = `
detectors: [card-number]
limits: { span-attributes: 2 }
rules:
  - { id: pass, attribute: "*password*", action: drop }
  - { id: phone, attribute: phone, action: mask, keep-last: 2 }`;

describe('spanmill redact --dry-run', () => {
  const rows = [
    row({ password: 'hunter2', phone: '555 1234', a: '1', b: '2' }),
    row({ phone: '5559876', c: '3' }),
  ];

  it('shows what each rule and limit would do, and of values only what they are like', async () => {
    const { written } = await run(YAML, { dryRun: true }, ...rows);
    expect(written).toEqual([
      'rule             action  changes',
      '───────────────  ──────  ───────',
      'pass             drop          1',
      'phone            mask          2',
      'card-number      mask          2',
      'span-attributes  limit         1',
      '',
      'rule         place  attribute  before                      after',
      '───────────  ─────  ─────────  ──────────────────────────  ─────────',
      'pass         span   password   text, 7 characters          (dropped)',
      'phone        span   phone      text, 8 characters          ***34',
      'card-number  event  card       card-number, 16 characters  [card]',
      '',
      '2 spans of 2 would change.',
    ]);
  });

  it('shows values where that is asked for', async () => {
    const { written } = await run(YAML, { dryRun: true, showValues: true }, ...rows);
    expect(written.join('\n')).toContain('hunter2');
  });

  it('asks for the newest spans of a service and a time, as parameters and without leave to write', async () => {
    const { asked, notes } = await run(
      YAML,
      { dryRun: true, service: "o'neil", last: 60, limit: 2 },
      ...rows,
    );
    const parameters = asked[0]?.url.searchParams;
    expect(parameters?.get('param_service')).toBe("o'neil");
    expect(parameters?.get('param_last_seconds')).toBe('60');
    expect(parameters?.get('readonly')).toBe('2');
    expect(notes).toEqual(['there are more: see --limit']);
  });

  it('says when there is nothing to try it on', async () => {
    await expect(run(YAML, { dryRun: true, service: 'x' })).rejects.toThrow(
      'no span of x was stored in that time',
    );
  });
});

describe('spanmill redact --check', () => {
  it('says that a policy is sound, and what its hashes need', async () => {
    const { written, asked } = await run('rules: [{ id: a, attribute: a, action: hash }]', { check: true });
    expect(written[0]).toMatch(
      /policy.yaml: sound: 1 rule; its hashes need SPANMILL_COLLECTOR_REDACTION_KEY_FILE/,
    );
    expect(asked).toEqual([]);
  });

  it('tells every fault on a line of its own', async () => {
    await expect(run('rules: [{ id: a }]\nlimits: 3', { check: true })).rejects.toMatchObject({
      lines: [
        expect.stringMatching(/policy.yaml:1:9: a rule must have an action/),
        expect.stringMatching(/policy.yaml:1:9: a rule must say what it is for/),
        expect.stringMatching(/policy.yaml:2:9: limits must be a map/),
      ],
    });
    await expect(run('', { check: true, policy: join(directory, 'none') })).rejects.toThrow(
      'cannot be read (ENOENT)',
    );
    await expect(run('', {})).rejects.toThrow('either --check or --dry-run');
  });
});

describe('the shape of a value', () => {
  it.each([
    ['4111 1111 1111 1111', 'card-number, 19 characters'],
    ['to a@b.io', 'text with email, 9 characters'],
    ['12.5', 'number, 4 characters'],
    ['https://a.b', 'URL, 11 characters'],
    ['["a"]', 'list, 5 characters'],
    ['ü', 'text, 1 character'],
  ])('of %j is %j', (text, shape) => expect(shapeOf(text)).toBe(shape));
});
