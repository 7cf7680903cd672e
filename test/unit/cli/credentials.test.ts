import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { check, create, type CreateOptions } from '../../../services/cli/commands/credentials.ts';
import { CliError } from '../../../services/cli/context.ts';
import { parseCredentials } from '../../../services/platform/auth/credential_file.ts';
import { digestOf, passwordMatches } from '../../../services/platform/auth/secret_hash.ts';
import { recordedOutput } from '../../support/cli_fakes.ts';

const OPTIONS: CreateOptions = { tenant: 'shop', name: 'gateway', kind: 'token', use: 'ingest, query' };

async function made(options: Partial<CreateOptions> = {}) {
  const output = recordedOutput();
  await create({ ...OPTIONS, ...options }, randomBytes, output);
  const secret = output.notes.join('\n').replace(/^.*shown once: (\S+)[^]*$/, '$1');
  const text = `tenants: { shop: }\ncredentials:\n${output.written.join('\n')}\n`;
  return { file: parseCredentials(text, 'made'), secret, written: output.written.join('\n') };
}

describe('credentials create', () => {
  test('prints an entry that the services read, and the secret beside it', async () => {
    const { file, secret, written } = await made({ expires: '2030-01-01' });
    expect(file.tokens.get(digestOf(secret))).toEqual({
      ...{ name: 'gateway', tenant: 'shop', uses: new Set(['ingest', 'query']) },
      expiresMs: Date.UTC(2030, 0, 1),
    });
    expect(secret).toMatch(/^spanmill_[\w-]{43}$/);
    expect(written).not.toContain(secret);
  });

  test('makes keys and passwords too', async () => {
    const key = await made({ kind: 'api-key', tenant: '*', use: 'query,admin' });
    expect(key.file.apiKeys.get(digestOf(key.secret))?.tenant).toBe('*');
    const { file, secret, written } = await made({ kind: 'basic', user: 'anna' });
    const hash = file.users.get('anna')?.hash;
    expect(hash !== undefined && (await passwordMatches(secret, hash))).toBe(true);
    expect(written).not.toContain(secret);
  });

  test('refuses what the services would refuse, before it prints anything', async () => {
    for (const wrong of [{ use: 'send' }, { name: 'a b' }, { tenant: '*' }, { expires: 'soon' }]) {
      const output = recordedOutput();
      await expect(create({ ...OPTIONS, ...wrong }, randomBytes, output)).rejects.toThrow(CliError);
      expect([...output.written, ...output.notes]).toEqual([]);
    }
  });
});

describe('credentials check', () => {
  test('tells what stands in a right file, and every fault of a wrong one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'spanmill-credentials-'));
    try {
      const path = join(directory, 'c.yaml');
      const { written } = await made();
      writeFileSync(path, `tenants: { shop: }\ncredentials:\n${written}\n`);
      const output = recordedOutput();
      await check(path, output);
      expect(output.written).toEqual([
        `${path}: right; 1 tenant, 1 credential`,
        '  gateway: ingest, query of tenant shop',
      ]);
      writeFileSync(path, 'tenants: { A: }\ncredentials: 1\n');
      await expect(check(path, output)).rejects.toThrow(/c\.yaml:1:12.*\n.*c\.yaml:2:14/);
      await expect(check(join(directory, 'none'), output)).rejects.toThrow(/cannot be read/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
