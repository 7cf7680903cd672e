/** How the page's files are answered: the same document for each view, caching, compression, and what a browser is allowed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { VIEW_PATHS, webRoutes } from '../../../services/query/routes/web_routes.ts';
import { sayHowToShow } from '../../../services/query/security_headers.ts';
import { readWebFiles } from '../../../services/query/web_files.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';

const SCRIPT = 'console.log("page");'.repeat(100);

describe('the page', () => {
  let directory: string;
  let app: FastifyInstance;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'spanmill-test-'));
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Spanmill</title>');
    writeFileSync(join(directory, 'assets/index-abc.js'), SCRIPT);
    app = Fastify();
    sayHowToShow(app, false);
    app.get('/api/data', () => ({}));
    webRoutes(app, readWebFiles(directory, quietLog));
  });
  afterAll(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });

  test.each(VIEW_PATHS.map((path) => path.replaceAll(/:\w+/g, 'a%2Fb')))(
    'is the document at %s',
    async (url) => {
      const answer = await app.inject({ url });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.body).toContain('Spanmill');
    },
  );

  test('allows a browser nothing but this service, and no script in the document', async () => {
    const { headers } = await app.inject({ url: '/' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  test('leaves data to programs: a browser that opens it as a page may do nothing with it', async () => {
    const { headers } = await app.inject({ url: '/api/data' });
    expect(headers['content-security-policy']).toContain("default-src 'none'; base-uri 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('has files whose names change with them, kept for ever and gzipped for who takes it', async () => {
    const gzipped = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'gzip' } });
    expect(gzipped.headers['cache-control']).toContain('immutable');
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzipped.rawPayload).toString()).toBe(SCRIPT);
    const plain = await app.inject({ url: '/assets/index-abc.js' });
    expect(plain.body).toBe(SCRIPT);
  });

  test('is not sent again to who has it', async () => {
    const first = await app.inject({ url: '/' });
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(first.headers.etag) } });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  });

  test.each([
    '/assets/../index.html',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/api',
    '/api/v1/nothing',
    '/metrics',
    '/index.htm',
  ])('takes no other path: %s', async (url) => {
    expect((await app.inject({ url })).statusCode).toBe(404);
  });
});

test('a page that has not been built is said in the log and in the answer, with what to do', async () => {
  const lines: LogLine[] = [];
  const app = Fastify();
  webRoutes(app, readWebFiles(join(tmpdir(), 'there-is-no-page'), recordingLog(lines)));
  const answer = await app.inject({ url: '/' });
  expect(answer.statusCode).not.toBe(200);
  expect(answer.body).toContain('make page');
  expect(lines.map(({ level }) => level)).toEqual(['warn']);
  await app.close();
});
