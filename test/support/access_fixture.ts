/** Access by credentials that a test writes itself, without a file. */
import { randomBytes } from 'node:crypto';
import type { Access } from '../../services/platform/auth/access.ts';
import { AUTH_METRICS, Authenticator } from '../../services/platform/auth/authenticator.ts';
import { parseCredentials } from '../../services/platform/auth/credential_file.ts';
import { hashToken, newToken } from '../../services/platform/auth/secret_hash.ts';
import { NO_LIMITS } from '../../services/platform/auth/tenant_file.ts';
import { systemClock, type Clock } from '../../services/platform/clock.ts';
import { createRegistry } from '../../services/platform/metrics.ts';

export const aToken = (): string => newToken(randomBytes);

/** An entry of a credentials file. */
export function tokenEntry(name: string, token: string, tenant: string, use = 'ingest, query'): string {
  return `  - { name: ${name}, kind: token, tenant: "${tenant}", use: [${use}], hash: "${hashToken(token)}" }\n`;
}

export function accessOf(
  yaml: string,
  clock: Clock = systemClock,
): Pick<Access, 'authenticator' | 'limitsOf' | 'tenants'> {
  const file = parseCredentials(yaml, 'test.yaml');
  const metrics = createRegistry('test').create(AUTH_METRICS);
  return {
    authenticator: new Authenticator({ credentials: () => file, clock, key: randomBytes(32), metrics }),
    limitsOf: (tenant) => file.tenants.get(tenant) ?? NO_LIMITS,
    tenants: () => [...file.tenants.keys()],
  };
}
