/** The audit log of commands: who is at this machine did it. Without a file there is none, since a terminal keeps nothing. */
import { userInfo } from 'node:os';
import { audited, auditLog, type Act } from '../platform/audit_log.ts';
import { createLog } from '../platform/log.ts';
import type { CliContext } from './context.ts';

export function auditedCommand<T>(
  { clock, env }: Pick<CliContext, 'clock' | 'env'>,
  act: Pick<Act, 'what' | 'details'>,
  work: () => Promise<T>,
): Promise<T> {
  const path = env['SPANMILL_AUDIT_FILE'] ?? '';
  if (path === '') return work();
  const log = createLog({ service: 'cli', level: 'error', format: 'auto' });
  return audited(auditLog({ path, service: 'cli', clock, log }), { who: userInfo().username, ...act }, work);
}
