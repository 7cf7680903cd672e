/** `spanmill redact --dry-run` on spans in a real ClickHouse. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runRedact } from '../../../services/cli/commands/redact.ts';
import { recordedOutput } from '../../support/cli_fakes.ts';
import { createTables } from '../../support/migrated_tables.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';

test('a policy is tried on the stored spans of a service and a time, and changes none of them', async () => {
  const database = uniqueName('redact');
  await createTables(testConnection(), database);
  const connection = { ...testConnection(), database };
  const execute = async (statement: string): Promise<string> => {
    const answer = await fetch(`${connection.url}/?database=${database}`, {
      method: 'POST',
      body: statement,
    });
    const body = await answer.text();
    if (!answer.ok) throw new Error(body);
    return body;
  };
  const insert = (service: string, minutesAgo: number) =>
    execute(`INSERT INTO otel_traces (Timestamp, TraceId, SpanId, SpanName, ServiceName, ResourceAttributes, SpanAttributes,
        StatusMessage, Events.Timestamp, Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes)
      SELECT now() - INTERVAL ${minutesAgo} MINUTE, 'aa', 'bb', 'GET /', '${service}', map('service.name', '${service}'),
        map('secret', 'one', 'a', 'b'), 'failed for joe@shop.test', [now()], ['e'], [map('secret', 'two')],
        ['cc'], ['dd'], [''], [map('secret', 'three')]`);
  await insert('cart', 5);
  await insert('cart', 300);
  await insert('shop', 5);
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-redact-'));
  const policy = join(directory, 'policy.yaml');
  writeFileSync(
    policy,
    'detectors: [email]\nrules: [{ id: secret, attribute: secret, service: cart, action: mask }]',
  );
  try {
    const output = recordedOutput();
    await runRedact({ policy, dryRun: true, service: 'cart', last: 3600, limit: 10 }, connection, output);
    expect(output.written.slice(2, 4)).toEqual(['secret  mask          3', 'email   mask          1']);
    expect(output.written).toContain(
      'email   status-message             text with email, 24 characters  failed for [email]',
    );
    expect(output.written.at(-1)).toBe('1 span of 1 would change.');
    expect(await execute(`SELECT count() FROM otel_traces WHERE SpanAttributes['secret'] = 'one'`)).toBe(
      '3\n',
    );
  } finally {
    rmSync(directory, { recursive: true });
    await execute(`DROP DATABASE ${database}`);
  }
});
