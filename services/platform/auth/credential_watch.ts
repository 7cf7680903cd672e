/**
 * The credentials file as it is on the disk, read again when it changes. A file with faults changes nothing: what was read last
 * stays in force, and log and metrics say so until the file is right again.
 *
 * It is asked for by its content every two seconds, since mounted secrets change by way of links that no watcher follows.
 */
import { readFile } from 'node:fs/promises';
import type { AuditLog } from '../audit_log.ts';
import type { Clock, Timers } from '../clock.ts';
import type { Part } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { gauge, type Metrics } from '../metrics.ts';
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
  private file = NOBODY;
  private text: string | null = null;
  private trouble = '';
  private reading: Promise<void> | null = null;
  private cancel: () => void = () => undefined;

  constructor(options: CredentialWatchOptions) {
    this.options = options;
  }

  /** What is in force. */
  readonly current = (): CredentialFile => this.file;

  /** Throws where there is no right file yet. */
  async start(): Promise<void> {
    const text = await readFile(this.options.path, 'utf8');
    this.use(parseCredentials(text, this.options.path), text);
    this.cancel = this.options.timers.every(EVERY_MS, () => {
      this.reading ??= this.look().finally(() => {
        this.reading = null;
      });
    });
  }

  async stop(): Promise<void> {
    this.cancel();
    await this.reading;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    try {
      const text = await readFile(this.options.path, 'utf8');
      if (text === this.text) {
        this.clear();
        return;
      }
      this.use(parseCredentials(text, this.options.path), text);
    } catch (error) {
      this.complain(error instanceof CredentialFileError ? error.faults : [(error as Error).message]);
    }
  }

  private use(file: CredentialFile, text: string): void {
    const { audit, clock, log, metrics, path } = this.options;
    this.file = file;
    this.text = text;
    this.clear();
    metrics.loaded.set(clock.now() / 1000);
    const counts = {
      tenants: file.tenants.size,
      credentials: file.tokens.size + file.apiKeys.size + file.users.size + file.certificates.size,
    };
    log.info({ path, ...counts }, 'credentials are read');
    audit.record({ who: 'file', what: 'credentials.reload', outcome: 'done', details: { path, ...counts } });
  }

  private clear(): void {
    this.trouble = '';
    this.options.metrics.faulty.set(0);
  }

  /** Once for each trouble, not each look. */
  private complain(faults: readonly string[]): void {
    const { audit, log, metrics, path } = this.options;
    const trouble = faults.join('\n');
    metrics.faulty.set(1);
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    log.error({ path, faults }, 'the credentials file cannot be used: those read before stay in force');
    audit.record({ who: 'file', what: 'credentials.reload', outcome: 'failed', details: { path, faults } });
  }
}
