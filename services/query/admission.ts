/**
 * Who asks, and whose data: decided here for each request of each API, before any route sees it.
 *
 * A credential of one tenant asks for that tenant, whether it says so or not; of another tenant it is refused. One of all
 * tenants (`*`) chooses, and each use of it is an act for the audit log. Without credentials everybody chooses.
 */
import { DEFAULT_TENANT } from '../core/contracts.ts';
import type { AuditLog } from '../platform/audit_log.ts';
import type { Access } from '../platform/auth/access.ts';
import type { Verdict } from '../platform/auth/authenticator.ts';
import { ANY_TENANT, type Identity } from '../platform/auth/credential_file.ts';
import { CHALLENGES, type Caller } from '../platform/auth/presented.ts';
import { Problem } from './problem.ts';
import type { TenantScope } from './tenant_scope.ts';

export interface AdmissionOptions {
  /** Null where everybody may ask. */
  readonly access: Pick<Access, 'authenticator'> | null;
  readonly audit: AuditLog;
}

/** Of a parameter or of headers: our own, Jaeger's, and Grafana Tempo's. */
const TENANT_HEADERS = ['x-tenant', 'x-scope-orgid'];

/** Who asks for what: not the values that are asked for. */
export interface Asking {
  readonly caller: Caller;
  /** Tenants that the request names outside of its headers. */
  readonly named: readonly string[];
  /** The route or method, for the audit log. */
  readonly route: string;
}

export class Admission {
  private readonly options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.options = options;
  }

  /** Throws a Problem: 401, 403 or 429. */
  async admit({ caller, named, route }: Asking): Promise<TenantScope> {
    const asked = [...named, ...TENANT_HEADERS.map((name) => caller.header(name) ?? '')].filter(
      (tenant) => tenant !== '',
    );
    const { access, audit } = this.options;
    if (access === null) return { tenant: asked[0] ?? DEFAULT_TENANT, isBound: false, who: null };
    const identity = knownOrThrow(await access.authenticator.authenticate(caller, 'query'));
    const scope = scopeOf(identity, asked);
    if (!scope.isBound) {
      const details = { route, tenant: scope.tenant };
      audit.record({ who: identity.name, what: 'query.any_tenant', outcome: 'done', details });
    }
    return scope;
  }
}

export const openAdmission = new Admission({ access: null, audit: { record: () => undefined } });

function scopeOf({ name, tenant }: Identity, asked: readonly string[]): TenantScope {
  if (tenant === ANY_TENANT) return { tenant: asked[0] ?? DEFAULT_TENANT, isBound: false, who: name };
  if (asked.some((one) => one !== tenant)) {
    throw new Problem(403, 'this credential is of another tenant than the one that is asked for');
  }
  return { tenant, isBound: true, who: name };
}

function knownOrThrow(verdict: Verdict): Identity {
  switch (verdict.kind) {
    case 'known':
      return verdict.identity;
    case 'unknown':
      throw new Problem(401, verdict.problem, { headers: { 'www-authenticate': CHALLENGES } });
    case 'forbidden':
      throw new Problem(403, verdict.problem);
    case 'limited': {
      const seconds = String(Math.ceil(verdict.retryAfterMs / 1000));
      throw new Problem(429, verdict.problem, { headers: { 'retry-after': [seconds] } });
    }
  }
}
