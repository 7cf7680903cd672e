/**
 * Zipkin's own page (the jar zipkin-lens, from Maven Central) before a query API, as a Zipkin server would have it: under `/zipkin`, its
 * API under `/zipkin/api`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { testHome } from './servers.ts';
import { tellSkipped } from './skipped.ts';

const LENS = 'io.zipkin:zipkin-lens:3.0.6';
const UNPACK = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack';
const FETCH_TIMEOUT_MS = 300_000;
/** As the jar has them. */
const FILES = join(testHome(), 'zipkin-lens/zipkin-lens');
const BASE = '/zipkin';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
};
/** What the server tells its page: https://github.com/openzipkin/zipkin/tree/master/zipkin-server, "ui" settings. */
const CONFIG = {
  environment: '',
  queryLimit: 10,
  defaultLookback: 3_600_000,
  searchEnabled: true,
  dependency: { enabled: true, lowErrorRate: 0.5, highErrorRate: 0.75 },
};

export interface ZipkinUi {
  readonly url: string;
  /** Answers of the API that were no success. */
  readonly failures: readonly string[];
  close(): void;
}

export async function serveZipkinUi(queryUrl: string): Promise<ZipkinUi> {
  const files = zipkinLens();
  const failures: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', queryUrl);
    const path = pathname.slice(BASE.length);
    if (path === '/config.json') return send(response, '.json', JSON.stringify(CONFIG));
    if (!path.startsWith('/api/')) return send(response, ...page(files, path));
    void fetch(queryUrl + path + search).then(async (answer) => {
      const body = await answer.text();
      if (!answer.ok) failures.push(`${answer.status} ${path}${search} ${body}`);
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        .end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${BASE}`, failures, close: () => server.close() };
}

/** Whether the page is there or can be fetched. Throws in CI where it cannot. */
export function hasZipkinUi(): boolean {
  if (existsSync(join(FILES, 'index.html')) || spawnSync('mvn', ['-v']).status === 0) return true;
  tellSkipped("Zipkin's page", 'there is no mvn, which fetches it');
  return false;
}

/** Where the page's files are; fetched once. */
function zipkinLens(): string {
  if (!existsSync(join(FILES, 'index.html'))) {
    const directory = dirname(FILES);
    mkdirSync(directory, { recursive: true });
    const args = ['-q', '-B', UNPACK, `-Dartifact=${LENS}`, `-DoutputDirectory=${directory}`];
    execFileSync('mvn', args, {
      cwd: directory,
      timeout: FETCH_TIMEOUT_MS,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return FILES;
}

/** A file, or for the addresses within the page its document. */
function page(files: string, path: string): [extension: string, body: Buffer] {
  const extension = extname(path);
  const isFile = extension in TYPES && existsSync(join(files, path));
  return isFile
    ? [extension, readFileSync(join(files, path))]
    : ['.html', readFileSync(join(files, 'index.html'))];
}

function send(response: ServerResponse, extension: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': TYPES[extension] ?? 'application/octet-stream' }).end(body);
}
