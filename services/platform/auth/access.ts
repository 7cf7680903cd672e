/** Who may use a service, as one part of it: the credentials file, watched, and what is decided by it. */
import type { AuditLog } from '../audit_log.ts';
import type { Clock, Timers } from '../clock.ts';
import type { Part } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import type { MetricRegistry } from '../metrics.ts';
import { AUTH_METRICS, Authenticator } from './authenticator.ts';
import { CredentialWatch, WATCH_METRICS } from './credential_watch.ts';
import { NO_LIMITS, type TenantLimits } from './tenant_file.ts';

export interface Access {
  /** To start before anything listens. */
  readonly part: Part;
  readonly authenticator: Authenticator;
  readonly limitsOf: (tenant: string) => TenantLimits;
  /** That stand in the file. */
  readonly tenants: () => readonly string[];
}

export interface AccessOptions {
  /** Of the credentials file. */
  readonly path: string;
  /** Random, of this process alone. */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'every'>;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly registry: MetricRegistry;
}

/** Null where no file is given: then everybody may. */
export function openAccess(options: AccessOptions): Access | null {
  if (options.path === '') return null;
  const { clock, key, registry } = options;
  const watch = new CredentialWatch({ ...options, metrics: registry.create(WATCH_METRICS) });
  const metrics = registry.create(AUTH_METRICS);
  return {
    part: watch,
    authenticator: new Authenticator({ clock, key, metrics, credentials: watch.current }),
    limitsOf: (tenant) => watch.current().tenants.get(tenant) ?? NO_LIMITS,
    tenants: () => [...watch.current().tenants.keys()],
  };
}
