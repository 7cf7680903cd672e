/**
 * The certificate, key and client authorities of a service's listeners, from files that are read again when they change. Connections
 * that are open stay as they are; new ones get what was read last.
 *
 * Files that do not fit together (one of them is written, the other not yet) change nothing until they do.
 */
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Timers } from '../clock.ts';
import type { Part } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { counter, gauge, type Metrics } from '../metrics.ts';
import { WatchedFile } from '../watched_file.ts';
import { certificatesIn } from './pem.ts';

export const TLS_METRICS = {
  expiry: gauge(
    'spanmill_tls_certificate_expiry_timestamp_seconds',
    'When the certificate of the listeners ends, in seconds since the epoch.',
  ),
  reloads: counter(
    'spanmill_tls_reloads_total',
    'Changed TLS files: loaded, or refused since they do not fit together (the former ones stay in use).',
    ['outcome'],
  ),
  refused: gauge('spanmill_tls_files_refused', '1 while the TLS files are not those in use, else 0.'),
};

export interface TlsFileNames {
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must have a certificate of one of these authorities; null where none is asked for. */
  readonly clientCaFile: string | null;
}

export interface TlsFilesOptions {
  readonly files: TlsFileNames;
  readonly timers: Pick<Timers, 'every'>;
  readonly log: Log;
  readonly metrics: Metrics<typeof TLS_METRICS>;
}

/** What a listener is made with. */
export interface ListenerTls {
  /** Of the listener's life, in Node's terms; what the files hold comes by `attach`. */
  readonly options: {
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
    readonly handshakeTimeout: number;
  };
  /** Calls with what the files hold: once they are read, and whenever they changed. */
  attach(take: (context: SecureContextOptions) => void): void;
}

interface Loaded {
  readonly context: SecureContextOptions;
  readonly expiresAtMs: number;
}

const LOOK_MS = 1_000;
/** A client that does not get on with its handshake holds a connection no longer. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export class TlsFiles implements Part, ListenerTls {
  readonly name = 'TLS files';
  readonly options: ListenerTls['options'];
  private readonly given: TlsFilesOptions;
  private readonly listeners: ((context: SecureContextOptions) => void)[] = [];
  private readonly watched: WatchedFile<string>;
  private loaded: Loaded | null = null;

  constructor(given: TlsFilesOptions) {
    this.given = given;
    const asks = given.files.clientCaFile !== null;
    this.options = {
      requestCert: asks,
      rejectUnauthorized: asks,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    };
    this.watched = new WatchedFile({
      ...{ everyMs: LOOK_MS, timers: given.timers },
      // Before they are read: what is being written meanwhile looks different at the next look.
      look: () => appearanceOf(given.files),
      versionOf: (seen) => seen,
      take: async () => this.use(await load(given.files)),
      refused: (error) => this.refuse(error),
      restored: () => {
        if (this.loaded !== null) this.use(this.loaded);
      },
    });
  }

  /** Throws where the files cannot be used. */
  start(): Promise<void> {
    return this.watched.start();
  }

  stop(): Promise<void> {
    return this.watched.stop();
  }

  attach(take: (context: SecureContextOptions) => void): void {
    this.listeners.push(take);
    if (this.loaded !== null) take(this.loaded.context);
  }

  /** For listeners whose clients have no certificates: probes and scrapers. */
  withoutClients(): ListenerTls {
    return {
      options: { ...this.options, requestCert: false, rejectUnauthorized: false },
      attach: (take) => this.attach(take),
    };
  }

  private use(loaded: Loaded): void {
    const { log, metrics, files } = this.given;
    const { context, expiresAtMs } = loaded;
    const isReload = this.loaded !== null;
    for (const take of this.listeners) take(context);
    this.loaded = loaded;
    metrics.expiry.set(Math.floor(expiresAtMs / 1000));
    log.info({ ...files, expires: new Date(expiresAtMs).toISOString() }, 'listeners use the TLS files');
    if (isReload) metrics.reloads.add(1, { outcome: 'loaded' });
    metrics.refused.set(0);
  }

  private refuse(error: unknown): void {
    const { log, metrics } = this.given;
    metrics.reloads.add(1, { outcome: 'refused' });
    metrics.refused.set(1);
    log.error({ error }, 'the TLS files changed and cannot be used: the former ones stay in use');
  }
}

/** Another text where a file has changed. */
async function appearanceOf({ certFile, keyFile, clientCaFile }: TlsFileNames): Promise<string> {
  const paths = [certFile, keyFile, ...(clientCaFile === null ? [] : [clientCaFile])];
  return (await Promise.all(paths.map(appearance))).join(' ');
}

async function appearance(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return 'away';
  }
}

/** Throws Error that says which file is wrong, without what is in it. */
async function load({ certFile, keyFile, clientCaFile }: TlsFileNames): Promise<Loaded> {
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  const [own] = certificatesIn(cert, certFile);
  const ca = clientCaFile === null ? undefined : certificatesIn(await read(clientCaFile), clientCaFile);
  const context: SecureContextOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca: [...ca] }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`${keyFile} is not the key of ${certFile}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { context, expiresAtMs: new X509Certificate(own).validToDate.getTime() };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'no access' } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be read (${code})`, { cause: error });
  }
}
