/**
 * The record of administrative acts: one line of JSON an act, in a file of its own or, marked `audit`, in the log.
 *
 * Each line is in the file before the act goes on, and a file that cannot be written never hides an act: the log has it
 * then. Details are names and numbers, never secrets and never data of tenants.
 */
import { appendFileSync } from 'node:fs';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export interface Act {
  /** A credential's name, or a user of the machine. */
  readonly who: string;
  /** Like `credentials.reload`. */
  readonly what: string;
  readonly outcome: 'done' | 'failed' | 'refused';
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface AuditLog {
  record(act: Act): void;
}

export interface AuditLogOptions {
  /** '' for the log. */
  readonly path: string;
  readonly service: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nobody but its owner reads it. */
const MODE = 0o600;

export function auditLog({ path, service, clock, log }: AuditLogOptions): AuditLog {
  return {
    record: (act) => {
      const line = { at: new Date(clock.now()).toISOString(), service, ...act };
      if (path === '') {
        log.info({ audit: true, ...line }, `audit: ${act.what} by ${act.who}: ${act.outcome}`);
        return;
      }
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: MODE });
      } catch (error) {
        log.error(
          { audit: true, ...line, error },
          `the audit file cannot be written: ${act.what} by ${act.who}: ${act.outcome}`,
        );
      }
    },
  };
}

/** Records what becomes of an act, and what it throws is thrown on. */
export async function audited<T>(
  audit: AuditLog,
  act: Omit<Act, 'outcome'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    audit.record({ ...act, outcome: 'done' });
    return result;
  } catch (error) {
    audit.record({ ...act, outcome: 'failed' });
    throw error;
  }
}
