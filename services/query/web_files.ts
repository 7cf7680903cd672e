/**
 * The files of the built page, read once and kept in memory: a few hundred kilobytes, gzipped beforehand.
 *
 * Not for how they are answered (routes/web_routes.ts). What is not in the directory cannot be asked for, so no path leads out of it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Log } from '../platform/log.ts';

export interface WebFile {
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

/** By path below the directory, with `/` between. */
export type WebFiles = ReadonlyMap<string, WebFile>;

const BUILT_PAGE = join(import.meta.dirname, '../web/dist');

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.json', 'application/json; charset=utf-8'],
]);

/** Null where the page has not been built, which the log says. `configured` empty is where `make page` puts it. */
export function readWebFiles(configured: string, log: Log): WebFiles | null {
  const directory = configured === '' ? BUILT_PAGE : resolve(configured);
  const files = new Map<string, WebFile>();
  for (const entry of entriesOf(directory)) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/, '');
    files.set(path, webFile(readFileSync(file), path));
  }
  if (files.has('index.html')) return files;
  log.warn({ directory }, 'the web page has not been built: run `make page`; the API answers without it');
  return null;
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function webFile(body: Buffer, path: string): WebFile {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return {
    body,
    gzipped: gzipSync(body, { level: 9 }),
    type: TYPES.get(extname(path)) ?? 'application/octet-stream',
    etag: `"${digest}"`,
    immutable: path.startsWith('assets/'),
  };
}
