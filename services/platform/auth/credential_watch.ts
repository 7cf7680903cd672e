/**
 * The credentials file as it is on the disk, read again when it changes. A file with faults changes nothing: what was read last
 * stays in force, and log and metrics say so until the file is right again.
 */
import { readFile } from 'node:fs/promises';
import type { AuditLog } from '../audit_log.ts';
import type { Clock, Timers } from '../clock.ts';
import type { Part } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { gauge, type Metrics } from '../metrics.ts';
import { WatchedFile } from '../watched_file.ts';
import { CredentialFileError, parseCredentials, type CredentialFile } from './credential_file.ts';

export const WATCH_METRICS = {
  faulty: gauge(
    'spanmill_credentials_faulty',
    '1 while the credentials file on the disk cannot be used and an older one is in force, else 0.',
  ),
  loaded: gauge(
    'spanmill_credentials_loaded_timestamp_seconds',
    'When the credentials in force were read; 0 where there are none.',
  ),
};

export interface CredentialWatchOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'every'>;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly metrics: Metrics<typeof WATCH_METRICS>;
}

const EVERY_MS = 2_000;
const NOBODY: CredentialFile = {
  tenants: new Map(),
  tokens: new Map(),
  apiKeys: new Map(),
  users: new Map(),
  certificates: new Map(),
};

export class CredentialWatch implements Part {
  readonly name = 'credentials file';
  private readonly options: CredentialWatchOptions;
  private readonly watched: WatchedFile<string>;
  private file = NOBODY;

  constructor(options: CredentialWatchOptions) {
    this.options = options;
    this.watched = new WatchedFile({
      ...{ everyMs: EVERY_MS, timers: options.timers },
      look: () => readFile(options.path, 'utf8'),
      versionOf: (text) => text,
      take: (text) => this.use(parseCredentials(text, options.path)),
      refused: (error, isNew) => {
        if (isNew) this.complain(error);
      },
      restored: () => options.metrics.faulty.set(0),
    });
  }

  /** What is in force. */
  readonly current = (): CredentialFile => this.file;

  /** Throws where there is no right file yet. */
  start(): Promise<void> {
    return this.watched.start();
  }

  stop(): Promise<void> {
    return this.watched.stop();
  }

  /** Never rejects. */
  look(): Promise<void> {
    return this.watched.look();
  }

  private use(file: CredentialFile): void {
    const { audit, clock, log, metrics, path } = this.options;
    this.file = file;
    metrics.faulty.set(0);
    metrics.loaded.set(clock.now() / 1000);
    const counts = {
      tenants: file.tenants.size,
      credentials: file.tokens.size + file.apiKeys.size + file.users.size + file.certificates.size,
    };
    log.info({ path, ...counts }, 'credentials are read');
    audit.record({ who: 'file', what: 'credentials.reload', outcome: 'done', details: { path, ...counts } });
  }

  private complain(error: unknown): void {
    const { audit, log, metrics, path } = this.options;
    const faults = error instanceof CredentialFileError ? error.faults : [(error as Error).message];
    metrics.faulty.set(1);
    log.error({ path, faults }, 'the credentials file cannot be used: those read before stay in force');
    audit.record({ who: 'file', what: 'credentials.reload', outcome: 'failed', details: { path, faults } });
  }
}
