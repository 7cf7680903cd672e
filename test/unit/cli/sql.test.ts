import { describe, expect, it } from '@jest/globals';
import { runSql, type SqlOptions } from '../../../services/cli/commands/sql.ts';
import { fakeFetch, recordedOutput } from '../../support/cli_fakes.ts';

const CONNECTION = {
  url: 'http://clickhouse.test:8123',
  database: 'spanmill',
  user: 'me',
  password: 'secret',
};
const TYPED = 'TabSeparatedWithNamesAndTypes';

function answer(body: string | null, format = TYPED, elapsedNs = '12300000'): Response {
  const headers = {
    'x-clickhouse-format': format,
    'x-clickhouse-summary': JSON.stringify({ elapsed_ns: elapsedNs }),
  };
  return new Response(body, { headers });
}

const refusal = (body: string, status = 400) => new Response(body, { status });

async function run(script: string, options: Partial<SqlOptions>, ...answers: (Response | Error)[]) {
  const output = recordedOutput();
  const { fetcher, asked } = fakeFetch(...answers);
  await runSql(script, { format: 'table', ...options }, CONNECTION, output, fetcher);
  return { ...output, asked };
}

describe('spanmill sql', () => {
  it('prints a table with numbers to the right, the row count and the time', async () => {
    const body =
      'name\tcalls\tlast\nString\tNullable(UInt64)\tDateTime\na\\tb\t18446744073709551615\t2026-11-21\nc\t\\N\t\n';
    const { written, notes } = await run('SELECT 1', {}, answer(body));
    expect(written).toEqual([
      'name                 calls  last',
      '────  ────────────────────  ──────────',
      'a\\tb  18446744073709551615  2026-11-21',
      'c                     NULL',
    ]);
    expect(notes).toEqual(['2 rows in 12.3 ms']);
  });

  it('reads only, unless --write allows more', async () => {
    const { asked } = await run('SELECT 1', {}, answer('1\nUInt8\n1\n'));
    const { asked: writing } = await run('DROP TABLE t', { write: true }, answer(null));
    expect(asked[0]?.url.searchParams.get('readonly')).toBe('2');
    expect(writing[0]?.url.searchParams.get('readonly')).toBeNull();
    expect(writing[0]?.init.body).toBe('DROP TABLE t');
  });

  it('names database and user, and keeps the password out of the address', async () => {
    const { asked } = await run('SELECT 1', {}, answer('1\nUInt8\n1\n'));
    expect(asked[0]?.url.searchParams.get('database')).toBe('spanmill');
    expect(asked[0]?.url.href).not.toContain('secret');
    expect(asked[0]?.init.headers).toEqual({ 'X-ClickHouse-User': 'me', 'X-ClickHouse-Key': 'secret' });
  });

  it('runs several statements one after the other, and stops at the first that fails', async () => {
    const one = '1\nUInt8\n1\n';
    const { written, asked } = await run("SELECT ';'; -- two\nSELECT 2;", {}, answer(one), answer(one));
    expect(asked.map(({ init }) => init.body)).toEqual(["SELECT ';'", 'SELECT 2']);
    expect(written).toEqual(['1', '─', '1', '', '1', '─', '1']);
    await expect(run('SELECT 1; SELECT 2; SELECT 3', {}, answer(one), refusal('no'))).rejects.toThrow('no');
  });

  it.each([
    ['csv', 'CSVWithNames'],
    ['tsv', 'TabSeparatedWithNames'],
    ['json', 'JSONEachRow'],
  ] as const)('passes on what the server writes with --format %s', async (format, name) => {
    const { written, notes, asked } = await run('SELECT 1', { format }, answer('as it is\n', name));
    expect(asked[0]?.url.searchParams.get('default_format')).toBe(name);
    expect(written).toEqual(['as it is\n']);
    expect(notes).toEqual([]);
  });

  it('passes on the answer of a query that names its format itself', async () => {
    const { written } = await run('SELECT 1 FORMAT Vertical', {}, answer('Row 1:\n', 'Vertical'));
    expect(written).toEqual(['Row 1:\n']);
  });

  it('shows a thousand rows and says that there are more', async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `${i}\n`).join('');
    const { written, notes } = await run('SELECT n', {}, answer(`n\nUInt64\n${rows}`));
    expect(written).toHaveLength(1002);
    expect(notes).toEqual(['1,000 rows in 12.3 ms; there are more: see LIMIT, or --format csv']);
  });

  it('says so when a statement has no answer', async () => {
    const { written, notes } = await run('CREATE TABLE t', { write: true }, answer(null));
    expect(written).toEqual([]);
    expect(notes).toEqual(['done in 12.3 ms']);
  });

  it.each<[string, Response | Error, string]>([
    [
      'a mistake in the query',
      refusal(
        'Code: 62. DB::Exception: Syntax error: failed at position 8 (FORM): FORM t. Expected one of: FROM, WHERE. (SYNTAX_ERROR) (version 26.7.2.1)\n',
      ),
      'ClickHouse refuses (62 SYNTAX_ERROR): Syntax error: failed at position 8 (FORM): FORM t',
    ],
    [
      'a write that is not allowed',
      refusal(
        'Code: 164. DB::Exception: default: Cannot execute query in readonly mode. (READONLY) (version 26.7.2.1)',
      ),
      'ClickHouse refuses (164 READONLY): default: Cannot execute query in readonly mode\nThe query would change something: add --write if that is meant.',
    ],
    [
      'a database that is not there',
      refusal(
        'Code: 81. DB::Exception: Database spanmill does not exist. (UNKNOWN_DATABASE) (version 26.7.2.1)',
        404,
      ),
      'ClickHouse refuses (81 UNKNOWN_DATABASE): Database spanmill does not exist\n`spanmill migrate` makes the database spanmill.',
    ],
    ['an answer of something else', refusal('<html>', 502), 'ClickHouse answered with status 502: <html>'],
    [
      'a server that is away',
      new TypeError('fetch failed'),
      'no ClickHouse answers at http://clickhouse.test:8123: run `make up`, or give its address with --clickhouse-url',
    ],
  ])('says in a word what is wrong: %s', async (_what, response, message) => {
    await expect(run('SELECT 1', {}, response)).rejects.toMatchObject({ name: 'CliError', message });
  });

  it.each(['', '  ;; ', '-- nothing'])('refuses a script without a statement: %j', async (script) => {
    await expect(run(script, {})).rejects.toThrow('there is no statement in the query');
  });
});
