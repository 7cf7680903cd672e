import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { AUTH_METRICS, Authenticator } from '../../../../services/platform/auth/authenticator.ts';
import { parseCredentials } from '../../../../services/platform/auth/credential_file.ts';
import type { Caller } from '../../../../services/platform/auth/presented.ts';
import { hashPassword, hashToken, newToken } from '../../../../services/platform/auth/secret_hash.ts';
import { createRegistry } from '../../../../services/platform/metrics.ts';
import { ManualTime } from '../../../support/manual_time.ts';

const TOKEN = newToken(randomBytes);
const KEY = newToken(randomBytes);
const PASSWORD = 'correct horse: battery';
let yaml = '';

beforeAll(async () => {
  yaml = `
tenants: { shop: {} }
credentials:
  - { name: gateway, kind: token, tenant: shop, use: [ingest], hash: "${hashToken(TOKEN)}", expires: 2023-11-15 }
  - { name: key, kind: api-key, tenant: shop, use: [ingest], hash: "${hashToken(KEY)}" }
  - { name: anna, kind: basic, user: anna, tenant: shop, use: [ingest], hash: "${await hashPassword(PASSWORD, randomBytes)}" }
certificates:
  - { name: mesh, subject: "CN=mesh, O=Shop", tenant: shop, use: [ingest] }
`;
});

class Fixture {
  readonly time = new ManualTime();
  readonly registry = createRegistry('test');
  file = parseCredentials(yaml, 'c.yaml');
  readonly authenticator = new Authenticator({
    credentials: () => this.file,
    clock: this.time,
    key: randomBytes(32),
    metrics: this.registry.create(AUTH_METRICS),
  });

  async ask(
    headers: Record<string, string>,
    of: Partial<Caller> = {},
    use: 'ingest' | 'query' = 'ingest',
  ): Promise<string> {
    const caller = { header: (name: string) => headers[name], address: '10.0.0.1', subject: null, ...of };
    const verdict = await this.authenticator.authenticate(caller, use);
    if (verdict.kind === 'known') return `${verdict.identity.name} of ${verdict.identity.tenant}`;
    return verdict.kind === 'limited' ? `limited ${verdict.retryAfterMs}` : verdict.kind;
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('who shows', () => {
  test('a token, a key, a password or a certificate is known by it', async () => {
    const f = new Fixture();
    expect(await f.ask(bearer(TOKEN))).toBe('gateway of shop');
    expect(await f.ask({ authorization: `bearer  ${TOKEN} ` })).toBe('gateway of shop');
    expect(await f.ask({ 'x-api-key': KEY })).toBe('key of shop');
    expect(await f.ask(basic('anna', PASSWORD))).toBe('anna of shop');
    expect(await f.ask({}, { subject: { O: 'Shop', CN: 'mesh' } })).toBe('mesh of shop');
  });

  test.each([
    ['nothing', {}],
    ['another token', bearer(newToken(randomBytes))],
    ['a key as a token', bearer(KEY)],
    ['a token as a key', { 'x-api-key': TOKEN }],
    ['the hash of a token', bearer(hashToken(TOKEN))],
    ['an unknown user', basic('bert', PASSWORD)],
    ['a wrong password', basic('anna', `${PASSWORD}!`)],
    ['no password', basic('anna', '')],
    ['an unknown scheme', { authorization: `Digest ${TOKEN}` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a giant token', bearer('a'.repeat(100_000))],
  ])('%s is unknown', async (_what, headers) => {
    expect(await new Fixture().ask(headers as Record<string, string>)).toBe('unknown');
  });

  test('a certificate with more, less or other than the subject is unknown', async () => {
    const f = new Fixture();
    for (const subject of [
      { CN: 'mesh' },
      { CN: 'mesh', O: 'Shop', OU: 'x' },
      { CN: ['mesh', 'mesh'], O: 'Shop' },
    ]) {
      expect(await f.ask({}, { subject })).toBe('unknown');
    }
  });

  test('what is for another use is forbidden', async () => {
    expect(await new Fixture().ask(bearer(TOKEN), {}, 'query')).toBe('forbidden');
  });

  test('what has expired is unknown', async () => {
    const f = new Fixture();
    f.time.advance(86_400_000);
    expect(await f.ask(bearer(TOKEN))).toBe('unknown');
  });

  test('what was taken out of the file is unknown from then on, also a password that is remembered', async () => {
    const f = new Fixture();
    await f.ask(basic('anna', PASSWORD));
    f.file = parseCredentials('credentials: []', 'c.yaml');
    expect(await f.ask(basic('anna', PASSWORD))).toBe('unknown');
    expect(await f.ask(bearer(TOKEN))).toBe('unknown');
  });

  test('a password that was changed while it was being checked opens nothing to who asks after that', async () => {
    const f = new Fixture();
    const changed = await hashPassword('another', randomBytes);
    const before = f.ask(basic('anna', PASSWORD));
    f.file = parseCredentials(yaml.replace(/scrypt:[^"]*/, changed), 'c.yaml');
    const after = f.ask(basic('anna', PASSWORD));
    expect([await before, await after]).toEqual(['anna of shop', 'unknown']);
  });
});

describe('failed logins', () => {
  test('of one address are limited, and pass again with time', async () => {
    const f = new Fixture();
    for (let at = 0; at < 10; at++) expect(await f.ask(bearer('x'))).toBe('unknown');
    expect(await f.ask(bearer('x'))).toBe('limited 6000');
    expect(await f.ask(bearer('x'), { address: '10.0.0.2' })).toBe('unknown');
    f.time.advance(6_000);
    expect(await f.ask(bearer('x'))).toBe('unknown');
  });

  test('of a network of IPv6 count together, and those of a mapped address with its own', async () => {
    const f = new Fixture();
    for (let at = 0; at < 10; at++) await f.ask(bearer('x'), { address: `2001:db8:1:2::${at}` });
    expect(await f.ask(bearer('x'), { address: '2001:db8:1:2:ffff::1' })).toMatch(/^limited/);
    for (let at = 0; at < 10; at++) await f.ask(bearer('x'), { address: '::ffff:10.0.0.1' });
    expect(await f.ask(bearer('x'), { address: '10.0.0.1' })).toMatch(/^limited/);
  });

  test('hold up nobody with a right token, nor a password that was right before', async () => {
    const f = new Fixture();
    await f.ask(basic('anna', PASSWORD));
    for (let at = 0; at < 20; at++) await f.ask(bearer('x'));
    expect(await f.ask(bearer(TOKEN))).toBe('gateway of shop');
    expect(await f.ask(basic('anna', PASSWORD))).toBe('anna of shop');
    // A guess is not even computed.
    expect(await f.ask(basic('anna', 'guess'))).toMatch(/^limited/);
  });

  test('are counted by their reason, and no metric shows what was shown', async () => {
    const f = new Fixture();
    await f.ask({});
    await f.ask(bearer('MARKER-token'));
    await f.ask(basic('MARKER-user', 'MARKER-password'));
    await f.ask({ authorization: 'MARKER' });
    const text = await f.registry.expose();
    for (const [reason, count] of [
      ['missing', 1],
      ['unknown', 2],
      ['malformed', 1],
    ] as const) {
      expect(text).toContain(`spanmill_auth_failures_total{reason="${reason}",service="test"} ${count}`);
    }
    expect(text).not.toContain('MARKER');
  });

  test('asking for the same password several times at once is one computation, and all are answered', async () => {
    const f = new Fixture();
    const answers = await Promise.all(Array.from({ length: 8 }, () => f.ask(basic('anna', PASSWORD))));
    expect(new Set(answers)).toEqual(new Set(['anna of shop']));
  });
});
