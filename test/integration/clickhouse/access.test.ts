/**
 * The roles and row policies of deploy/clickhouse/access on the real engine.
 *
 * The embedded server keeps no access entities of its own: users, their grants and their row filters are read from a file.
 * So the statements are written into such a file, word for word: each grant as it is, each policy as a filter of the users
 * that have its role. It knows no custom settings either: another text setting stands in for SQL_spanmill_tenant.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startServer, type RunningServer } from '../../../services/local/server_process.ts';
import { connectClickHouse, type ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { splitStatements } from '../../../services/platform/clickhouse/split_statements.ts';
import { limitedQuery } from '../../../services/query/queries.ts';
import { freePorts } from '../../support/free_ports.ts';
import { createTables } from '../../support/migrated_tables.ts';

jest.setTimeout(180_000);

const ROOT = join(import.meta.dirname, '../../..');
const DATABASE = 'spanmill';
const TENANT_SETTING = 'log_comment';
const USERS: Readonly<Record<string, readonly string[]>> = {
  sink: ['spanmill_writer'],
  query: ['spanmill_reader'],
  nobody: ['spanmill_analyst'],
  shop: ['spanmill_analyst', 'spanmill_analyst_shop'],
  operator: ['spanmill_operator'],
};

/** The views of the rollups read them with the rights of who inserts. */
const VIEW_SOURCES = ['span_metrics', 'span_metrics_1m', 'service_edges'];

function statementsOf(file: string, tenant = ''): string[] {
  const text = readFileSync(join(ROOT, 'deploy/clickhouse/access', file), 'utf8');
  return splitStatements(text.replaceAll('${database}', DATABASE).replaceAll('${tenant}', tenant)).map(
    (one) => one.replace(/\s+/g, ' '),
  );
}

interface Policy {
  readonly table: string;
  readonly filter: string;
  readonly role: string;
}

const policies = [...statementsOf('row_policies.sql'), ...statementsOf('tenant.sql', 'shop')].flatMap(
  (statement): Policy[] => {
    const parts = /^CREATE ROW POLICY OR REPLACE \S+ ON spanmill\.(\S+) USING (.*) TO `?(\w+)`?$/.exec(
      statement,
    );
    const [, table, filter, role] = parts ?? [];
    return table === undefined || filter === undefined || role === undefined ? [] : [{ table, filter, role }];
  },
);
const grants = statementsOf('roles.sql').flatMap((statement) => {
  const [, grant, role] = /^(GRANT .*) TO (\w+)$/.exec(statement) ?? [];
  return grant === undefined || role === undefined ? [] : [{ grant, role }];
});

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function userXml([name, roles]: readonly [string, readonly string[]]): string {
  const own = grants.filter(({ role }) => roles.includes(role)).map(({ grant }) => `<query>${grant}</query>`);
  // Policies of several roles add up.
  const byTable = Map.groupBy(
    policies.filter(({ role }) => roles.includes(role)),
    ({ table }) => table,
  );
  const filters = [...byTable].map(([table, all]) => {
    const filter = all
      .map((policy) => `(${policy.filter})`)
      .join(' OR ')
      // A custom setting would be read as the literal that the query service sends.
      .replaceAll(
        `getSetting('SQL_spanmill_tenant')`,
        `trim(BOTH '''' FROM getSetting('${TENANT_SETTING}'))`,
      );
    return `<${table}><filter>${escaped(filter)}</filter></${table}>`;
  });
  return `<${name}><password>${name}-password</password><networks><ip>127.0.0.1</ip></networks>
    <profile>${name === 'query' ? 'reading' : 'default'}</profile><quota>default</quota>
    <grants>${own.join('')}</grants>
    <databases><${DATABASE}>${filters.join('')}</${DATABASE}></databases></${name}>`;
}

const USERS_XML = `<clickhouse><profiles><default/><reading><readonly>2</readonly></reading></profiles><quotas><default/></quotas>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
  ${Object.entries(USERS).map(userXml).join('\n')}</users></clickhouse>`;

let directory = '';
let server: RunningServer;
let url = '';
const connections: ClickHouse[] = [];

function as(user: string): ClickHouse {
  const password = user === 'default' ? '' : `${user}-password`;
  const connection = connectClickHouse({ url, database: DATABASE, user, password, timeoutMs: 30_000 });
  connections.push(connection);
  return connection;
}

async function start(): Promise<void> {
  const [http = 0, tcp = 0] = await freePorts(2);
  url = `http://127.0.0.1:${http}`;
  writeFileSync(join(directory, 'users.xml'), USERS_XML);
  const config = join(directory, 'config.xml');
  writeFileSync(
    config,
    `<clickhouse><logger><console>1</console></logger><max_server_memory_usage>1000000000</max_server_memory_usage>
     <users_config>${join(directory, 'users.xml')}</users_config></clickhouse>`,
  );
  const require = createRequire(import.meta.url);
  const packages = createRequire(require.resolve('chdb'));
  const name = `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  server = await startServer({
    name: 'ClickHouse',
    command: process.execPath,
    args: [
      join(ROOT, 'services/local/clickhouse_process.ts'),
      join(dirname(packages.resolve(name)), 'libchdb.so'),
      ...[`--config-file=${config}`, '--log-level=warning', `--path=${join(directory, 'data')}`],
      ...['--listen_host=127.0.0.1', `--http_port=${http}`, `--tcp_port=${tcp}`],
    ],
    env: { PATH: process.env['PATH'] ?? '' },
    logFile: join(directory, 'log'),
    detached: false,
    ready: async () => (await fetch(`${url}/ping`)).ok,
    startTimeoutMs: 60_000,
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-access-'));
  mkdirSync(join(directory, 'data'));
  await start();
  await createTables({ url, user: 'default', password: '', timeoutMs: 30_000 }, DATABASE);
  // The sink's user may insert, and views of the rollups write on.
  await as('sink')
    .command(`INSERT INTO span_metrics (Tenant, ServiceName, SpanName, SpanKind, Time, Spans) VALUES
    ('shop', 'web', 'GET', 'Server', now(), 1), ('bank', 'vault', 'GET', 'Server', now(), 1)`);
  await as('sink').command(
    `INSERT INTO service_edges (Tenant, Client, Server, Time) VALUES ('shop', 'a', 'b', now()), ('bank', 'c', 'd', now())`,
  );
  await as('sink').command(
    `INSERT INTO trace_summaries (Tenant, TraceId, Start) VALUES ('shop', 'a', now()), ('bank', 'b', now())`,
  );
  await as('sink').command(
    `INSERT INTO otel_traces (Tenant, TraceId, Timestamp) VALUES ('shop', 'a', now()), ('bank', 'b', now())`,
  );
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const tables = [...new Set(policies.map(({ table }) => table))];

async function tenantsIn(user: string, table: string): Promise<unknown[]> {
  return (await as(user).query(`SELECT DISTINCT Tenant FROM ${table} ORDER BY Tenant`)).map(
    (row) => row['Tenant'],
  );
}

test('every statement can be read by the engine, and none is overlooked here', async () => {
  const files = ['roles.sql', 'row_policies.sql', 'users.sql'].flatMap((file) => statementsOf(file));
  for (const statement of [...files, ...statementsOf('tenant.sql', 'shop')]) {
    await expect(
      as('default').query('SELECT formatQuery({sql:String})', { sql: statement }),
    ).resolves.toHaveLength(1);
  }
  expect(policies).toHaveLength(4 * tables.length + VIEW_SOURCES.length);
  expect(grants).toHaveLength(statementsOf('roles.sql').filter((one) => one.startsWith('GRANT')).length);
});

test('every table with a tenant has a policy for each role that reads', async () => {
  const rows = await as('default').query(
    `SELECT c.table AS table FROM system.columns AS c INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
     WHERE c.database = '${DATABASE}' AND c.name = 'Tenant' AND t.engine LIKE '%MergeTree' ORDER BY table`,
  );
  expect(rows.map((row) => row['table'])).toEqual([...tables].sort());
  for (const role of ['spanmill_reader', 'spanmill_analyst', 'spanmill_operator', 'spanmill_analyst_shop']) {
    expect(policies.filter((policy) => policy.role === role).map(({ table }) => table)).toEqual(tables);
  }
});

describe('on every table', () => {
  test.each(tables)(
    '%s: an analyst sees the own tenant, one without a tenant nothing, an operator all',
    async (table) => {
      expect(await tenantsIn('shop', table)).toEqual(['shop']);
      expect(await tenantsIn('nobody', table)).toEqual([]);
      expect(await tenantsIn('operator', table)).toEqual(['bank', 'shop']);
    },
  );

  test.each(tables)(
    '%s: the query service sees the tenant that it tells, and all where it tells that',
    async (table) => {
      const query = limitedQuery({
        ...{
          clickhouse: as('query'),
          timeoutMs: 20_000,
          maxAnswerBytes: 2 ** 20,
          tenantSetting: TENANT_SETTING,
        },
      });
      const sql = `SELECT DISTINCT Tenant FROM ${table} ORDER BY Tenant`;
      const signal = new AbortController().signal;
      const seen = async (tenant: string) =>
        (await query(sql, {}, signal, tenant)).map((row) => row['Tenant']);
      expect(await seen('shop')).toEqual(['shop']);
      expect(await seen(`it's "none"\\`)).toEqual([]);
      expect(await seen('*')).toEqual(['bank', 'shop']);
    },
  );

  test.each(tables)(
    '%s: the sink reads nothing but what views are made from, and nobody else writes',
    async (table) => {
      const read = as('sink').query(`SELECT count() FROM ${table}`);
      if (VIEW_SOURCES.includes(table)) await expect(read).resolves.toHaveLength(1);
      else await expect(read).rejects.toThrow(/ACCESS_DENIED/);
      for (const user of ['query', 'shop', 'operator']) {
        await expect(as(user).command(`INSERT INTO ${table} (Tenant) VALUES ('shop')`)).rejects.toThrow(
          /ACCESS_DENIED|READONLY/,
        );
        await expect(as(user).command(`DROP TABLE ${table}`)).rejects.toThrow(/ACCESS_DENIED|READONLY/);
      }
    },
  );
});

test('views show an analyst no more than the tables do', async () => {
  const rows = await as('shop').query('SELECT DISTINCT ServiceName FROM service_red');
  expect(rows).toEqual([{ ServiceName: 'web' }]);
});
