/** Asks the processes of a running stack how they are: readiness, metrics, memory. */
import { isRunning, residentBytes } from './process_table.ts';
import type { ProcessRecord } from './state.ts';

export interface ProcessHealth {
  readonly record: ProcessRecord;
  readonly isHealthy: boolean;
  /** `ready`, or why not. */
  readonly health: string;
  readonly residentBytes: number | null;
}

const TIMEOUT_MS = 3000;

export async function checkHealth(record: ProcessRecord): Promise<ProcessHealth> {
  const { identity, state, healthUrl } = record;
  if (identity === null || !isRunning(identity)) {
    const health =
      state === 'waiting' ? `ended (${record.lastEnd ?? 'unknown'}), starts again` : 'not running';
    return { record, isHealthy: false, health, residentBytes: null };
  }
  const memory = residentBytes(identity.pid);
  if (state !== 'running') return { record, isHealthy: false, health: state, residentBytes: memory };
  const reason = healthUrl === null ? null : await notReadyReason(`${healthUrl}/readyz`);
  return { record, isHealthy: reason === null, health: reason ?? 'ready', residentBytes: memory };
}

/** The text of `/metrics`; null when the service does not answer. */
export async function scrape(healthUrl: string): Promise<string | null> {
  try {
    const response = await fetch(`${healthUrl}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

async function notReadyReason(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = (await response.text()).trim();
    return response.ok ? null : (text.split('\n', 1)[0] ?? 'not ready');
  } catch {
    return 'does not answer';
  }
}
