import { once } from 'node:events';
import { connect, type AddressInfo, type Server } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TableRows } from '../../../services/core/native/block.ts';
import { uint32Column } from '../../../services/core/native/number_columns.ts';
import {
  clickHouseConnection,
  connectClickHouse,
  type ClickHouse,
  type ClickHouseOptions,
} from '../../../services/platform/clickhouse/client.ts';
import { ClickHouseUnavailableError } from '../../../services/platform/clickhouse/errors.ts';
import { readConfig } from '../../../services/platform/config.ts';
import { CLICKHOUSE_SETTINGS } from '../../../services/platform/settings.ts';
import { Certificates, type Certificate } from '../../support/certificates.ts';
import { testClickHouseUrl, testConnection, uniqueName } from '../../support/servers.ts';
import { ScratchDatabase } from './scratch_database.ts';

const certificates = new Certificates();
const database = new ScratchDatabase();
let authority: Certificate;
let own: Certificate;
beforeAll(async () => {
  authority = certificates.authority();
  own = certificates.sign(authority);
  await database.create();
});
afterAll(async () => {
  certificates.remove();
  await database.close();
});

const opened: (ClickHouse | Server)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** ClickHouse behind TLS; what clients send is kept. */
async function encrypted({ asks }: { readonly asks: boolean }): Promise<{ url: string; sent: () => string }> {
  const sent: Buffer[] = [];
  const { hostname, port } = new URL(testClickHouseUrl());
  const given = { cert: own.cert, key: own.key, ca: authority.cert };
  const server = createServer({ ...given, requestCert: asks, rejectUnauthorized: asks }, (client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (bytes: Buffer) => sent.push(bytes));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, sent: () => Buffer.concat(sent).toString('latin1') };
}

function client(options: Partial<ClickHouseOptions>): ClickHouse {
  const clickhouse = connectClickHouse({ ...testConnection(database.name), ...options });
  // Before its server, which waits for open connections.
  opened.unshift(clickhouse);
  return clickhouse;
}

const trusting = () => ({ caFile: authority.certFile, certFile: '', keyFile: '' });

describe('ClickHouse over https', () => {
  it('is asked and given rows as without, where its authority is known', async () => {
    const { url } = await encrypted({ asks: false });
    const clickhouse = client({ url, tls: trusting(), compressInserts: true });
    const table = uniqueName('tls');
    await clickhouse.command(`CREATE TABLE ${table} (n UInt32) ENGINE = MergeTree ORDER BY n`);
    const column = uint32Column();
    column.append(7);
    await clickhouse.insertBlock({ ...new TableRows(table, [['n', column]]).encode(), token: 'a' });
    expect(await clickhouse.query(`SELECT n FROM ${table}`)).toEqual([{ n: 7 }]);
  });

  it('is not trusted where its authority is not known', async () => {
    const { url, sent } = await encrypted({ asks: false });
    const stranger = certificates.authority('another');
    for (const caFile of ['', stranger.certFile]) {
      const asked = client({ url, password: 'secret', tls: { ...trusting(), caFile } }).query('SELECT 1');
      await expect(asked).rejects.toBeInstanceOf(ClickHouseUnavailableError);
      await expect(asked).rejects.toThrow('self-signed certificate');
    }
    expect(sent()).toBe('');
  });

  it('gets the certificate that it asks for', async () => {
    const { url } = await encrypted({ asks: true });
    await expect(client({ url, tls: trusting() }).query('SELECT 1')).rejects.toBeInstanceOf(
      ClickHouseUnavailableError,
    );
    const { certFile, keyFile } = certificates.sign(authority, 'client');
    const known = client({
      url,
      tls: { ...trusting(), certFile, keyFile },
      user: 'default',
      password: 'wrong',
    });
    // ClickHouse hears a password, and does not take it.
    await expect(known.query('SELECT 1')).rejects.toThrow('password is incorrect');
  });

  it('knows a user by the certificate alone where there is no password', async () => {
    const { url, sent } = await encrypted({ asks: true });
    const { certFile, keyFile } = certificates.sign(authority, 'client');
    const known = client({ url, tls: { ...trusting(), certFile, keyFile }, user: 'sink' });
    await known.query('SELECT 1').catch(() => undefined);
    expect(sent()).toMatch(/x-clickhouse-user: sink\r\n/i);
    expect(sent()).toMatch(/x-clickhouse-ssl-certificate-auth: on\r\n/i);
    expect(sent()).not.toMatch(/authorization:/i);
  });

  it('says which file cannot be used', () => {
    const url = 'https://127.0.0.1:1';
    expect(() => client({ url, tls: { ...trusting(), caFile: '/nowhere/ca.crt' } })).toThrow(
      '/nowhere/ca.crt cannot be read (ENOENT)',
    );
    expect(() =>
      client({ url, tls: { ...trusting(), certFile: own.certFile, keyFile: authority.keyFile } }),
    ).toThrow(`${authority.keyFile} is not the key of ${own.certFile}`);
  });
});

describe('settings that do not fit each other', () => {
  const connection = (env: Record<string, string>) =>
    clickHouseConnection(readConfig(CLICKHOUSE_SETTINGS, env));

  it('are faults', () => {
    expect(() => connection({ SPANMILL_CLICKHOUSE_TLS_CA_FILE: '/ca.crt' })).toThrow(
      'only where SPANMILL_CLICKHOUSE_URL is https://',
    );
    expect(() => connection({ SPANMILL_CLICKHOUSE_TLS_KEY_FILE: '/a.key' })).toThrow('must be set together');
  });
});
