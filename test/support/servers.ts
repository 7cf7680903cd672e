/** Where the tests find Kafka and ClickHouse (start_servers.ts has seen to it), and names that no other test uses. */
import { join, resolve } from 'node:path';

export type ServerName = 'kafka' | 'clickhouse';
/** Kafka as host:port, ClickHouse as http://host:port. */
export type ServerAddresses = Partial<Record<ServerName, string>>;

/** Bootstrap addresses of the test Kafka. */
export function testKafka(): string[] {
  return required('SPANMILL_TEST_KAFKA').split(',');
}

/** HTTP address of the test ClickHouse. */
export function testClickHouseUrl(): string {
  return required('SPANMILL_TEST_CLICKHOUSE');
}

/** To the test ClickHouse; null where the database may not exist yet. */
export const testConnection = (database: string | null = null) => ({
  url: testClickHouseUrl(),
  database,
  user: 'default',
  password: '',
  timeoutMs: 30_000,
});

/** Where downloaded parts of the embedded servers are kept between runs. */
export function testHome(): string {
  return resolve(process.env['SPANMILL_HOME'] ?? join(import.meta.dirname, '../../.spanmill'));
}

let names = 0;

/** For topics, groups and databases: only letters, digits and underscores, and never the same twice. */
export function uniqueName(prefix: string): string {
  names += 1;
  return `${prefix}_${Date.now().toString(36)}_${process.pid}_${names}`;
}

/** This process's environment without what only tests know: a service would take it for a misspelt setting. */
export function serviceEnv(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('SPANMILL_TEST_'),
  );
  return { ...Object.fromEntries(inherited), ...settings };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `${name} is not set: this test needs servers, which start_servers.ts starts for its project`,
    );
  }
  return value;
}
