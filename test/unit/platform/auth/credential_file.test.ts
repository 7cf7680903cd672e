import { describe, expect, test } from '@jest/globals';
import { CredentialFileError, parseCredentials } from '../../../../services/platform/auth/credential_file.ts';
import { hashToken } from '../../../../services/platform/auth/secret_hash.ts';

const HASH = hashToken('one');
const OTHER_HASH = hashToken('two');
const PASSWORD_HASH = `scrypt:16384:8:5:${'A'.repeat(22)}:${'A'.repeat(43)}`;
const MARKER = 'MARKER-hunter2';

function faultsOf(text: string): readonly string[] {
  try {
    parseCredentials(text, 'c.yaml');
  } catch (error) {
    if (error instanceof CredentialFileError) return error.faults;
    throw error;
  }
  return [];
}

describe('a right file', () => {
  const file = parseCredentials(
    `
tenants:
  shop: { spansPerSecond: 5000, burstSeconds: 10, inFlightBytes: 65536 }
  bank:
credentials:
  - { name: gateway, kind: token, tenant: shop, use: [ingest, query], hash: "${HASH}", expires: 2027-01-31 }
  - { name: key, kind: api-key, tenant: bank, use: [ingest], hash: "${OTHER_HASH}" }
  - { name: anna, kind: basic, user: anna, tenant: "*", use: [query, admin], hash: "${PASSWORD_HASH}" }
certificates:
  - { name: mesh, subject: "O=Shop, CN=gate\\\\, one", tenant: shop, use: [ingest] }
`,
    'c.yaml',
  );

  test('gives tenants with their limits', () => {
    expect(file.tenants.get('shop')).toEqual({
      ...{ spansPerSecond: 5000, bytesPerSecond: null, burstSeconds: 10, inFlightBytes: 65536 },
    });
    expect(file.tenants.get('bank')).toEqual({
      ...{ spansPerSecond: null, bytesPerSecond: null, burstSeconds: 2, inFlightBytes: null },
    });
  });

  test('gives credentials by what is presented', () => {
    expect(file.tokens.get(HASH.slice('sha256:'.length))).toEqual({
      ...{ name: 'gateway', tenant: 'shop', uses: new Set(['ingest', 'query']) },
      expiresMs: Date.UTC(2027, 0, 31),
    });
    expect([...file.apiKeys.values()].map(({ name }) => name)).toEqual(['key']);
    expect(file.users.get('anna')?.tenant).toBe('*');
    expect([...file.certificates]).toEqual([
      [JSON.stringify(['CN=gate, one', 'O=Shop']), expect.objectContaining({ name: 'mesh' })],
    ]);
  });
});

describe('a wrong file', () => {
  test('is told with line and column of every fault at once', () => {
    const text = `tenants:
  Shop: {}
  bank: { spansPerSecond: many, burst: 3 }
credentials:
  - name: a b
    kind: tokens
    tenant: nobody
    use: [send]
  - { name: c, kind: token, tenant: bank, use: [ingest], hash: "sha256:1" }
  - { name: d, kind: token, tenant: "*", use: [ingest], hash: "${HASH}" }
  - { name: d, kind: token, tenant: bank, use: [admin], hash: "${HASH}", expires: soon }
`;
    expect(
      faultsOf(text).map((fault) => fault.replace(/^(c\.yaml:\d+:\d+): (.{0,38}).*$/s, '$1 $2')),
    ).toEqual([
      'c.yaml:2:3 a tenant has 1 to 63 small letters, di',
      'c.yaml:3:33 there is no such field here; there are',
      'c.yaml:3:27 must be a number from 1 to 10995116277',
      'c.yaml:5:11 must be name: letters, digits and . _ ',
      'c.yaml:8:11 must be use: a list of ingest, query, ',
      'c.yaml:7:13 must be tenant: one that stands under ',
      'c.yaml:6:11 must be kind: one of token, api-key, b',
      'c.yaml:9:64 must be hash: "sha256:" and 64 hex dig',
      'c.yaml:10:37 spans belong to one tenant: use ingest',
      'c.yaml:11:13 another credential has this name',
      'c.yaml:11:37 use admin goes with tenant "*" alone',
      expect.stringMatching(/^c\.yaml:11:\d+ must be expires/),
      'c.yaml:11:63 another credential has this hash',
    ]);
  });

  test.each([
    ['not YAML', `credentials: [ { hash: ${MARKER}`],
    ['an alias', `tenants: *${MARKER}`],
    ['an anchor that is used', `tenants: &a {}\ncredentials: *a`],
    ['no mapping', MARKER],
    ['nothing', ''],
    [
      'a secret in place of its hash',
      `credentials:\n  - { name: a, kind: token, tenant: default, use: [query], hash: ${MARKER} }`,
    ],
    [
      'a password',
      `credentials:\n  - { name: a, kind: basic, user: u, password: ${MARKER}, tenant: default, use: [query] }`,
    ],
    ['a duplicate key', `tenants:\n  ${MARKER.toLowerCase()}: {}\n  ${MARKER.toLowerCase()}: {}`],
    ['a key that is no text', `tenants:\n  ? [${MARKER}]\n  : {}`],
    [
      'scrypt that costs too much',
      `credentials:\n  - { name: a, kind: basic, user: u, tenant: default, use: [query], hash: "${PASSWORD_HASH.replace('16384', '1048576')}" }`,
    ],
    [
      'scrypt that costs too little',
      `credentials:\n  - { name: a, kind: basic, user: u, tenant: default, use: [query], hash: "${PASSWORD_HASH.replace('16384', '2')}" }`,
    ],
  ])('with %s is refused, and no fault shows a value', (_what, text) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatch(/^c\.yaml:\d+:\d+: /);
    expect(faults.join().toLowerCase()).not.toContain(MARKER.toLowerCase());
  });
});
