/**
 * Whom the listeners let in, and as which tenant: one for all of them.
 *
 * With credentials, whoever a caller can show to be. Without, everybody is the default tenant, or the one that a trusted gateway
 * in front names in a header. A tenant over its rate is refused here, before its body is read. Who was let in is kept by
 * the request or call itself, so that handlers need not pass it on.
 */
import { DEFAULT_TENANT } from '../core/contracts.ts';
import type { Authenticator, Verdict } from '../platform/auth/authenticator.ts';
import { CHALLENGES, type Caller } from '../platform/auth/presented.ts';
import { MAX_TENANTS, TENANT_NAME } from '../platform/auth/tenant_file.ts';
import type { GrpcGate } from '../platform/grpc/grpc_method.ts';
import { GRPC_STATUS } from '../platform/grpc/grpc_status.ts';
import type { HeaderRefusal } from './http_headers.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { TenantRates } from './tenant_rates.ts';

/** Whose spans these are. */
export interface Sender {
  readonly tenant: string;
}

/** Of listeners that know nobody: UDP has no credentials. */
export const senderOf = (tenant: string): Sender => ({ tenant });

export interface DoorRefusal extends HeaderRefusal {
  readonly retryAfterMs?: number;
}

export interface DoormanOptions {
  /** Null where everybody may send. */
  readonly authenticator: Pick<Authenticator, 'authenticate'> | null;
  /** Without credentials: the header that names the tenant, in lower case; '' for none. */
  readonly tenantHeader: string;
  readonly rates: Pick<TenantRates, 'waitMs'>;
  readonly metrics: Pick<CollectorMetrics, 'tenantRefusals'>;
}

export class Doorman {
  private readonly options: DoormanOptions;
  private readonly admitted = new WeakMap<object, Sender>();
  /** That came by the trusted header. */
  private readonly named = new Set<string>();

  constructor(options: DoormanOptions) {
    this.options = options;
  }

  /** `visit` is the request or call. Null when it may come in. */
  async admit(visit: object, caller: Caller): Promise<DoorRefusal | null> {
    const sender = await this.identify(caller);
    if ('kind' in sender) return sender;
    const waitMs = this.options.rates.waitMs(sender.tenant);
    if (waitMs > 0) {
      this.options.metrics.tenantRefusals.add(1, { tenant: sender.tenant, reason: 'rate' });
      return limited('over the rate of its tenant', waitMs);
    }
    this.admitted.set(visit, sender);
    return null;
  }

  /** Who was let in with it. */
  senderOf(visit: object): Sender {
    const sender = this.admitted.get(visit);
    if (sender === undefined) throw new Error('nobody was let in with this request');
    return sender;
  }

  private async identify(caller: Caller): Promise<Sender | DoorRefusal> {
    const { authenticator, tenantHeader } = this.options;
    if (authenticator !== null) return ofVerdict(await authenticator.authenticate(caller, 'ingest'));
    const given = tenantHeader === '' ? undefined : caller.header(tenantHeader);
    return given === undefined || given === '' ? { tenant: DEFAULT_TENANT } : this.ofHeader(given);
  }

  private ofHeader(tenant: string): Sender | DoorRefusal {
    if (!TENANT_NAME.test(tenant)) return forbidden('the tenant header is no name of a tenant');
    if (!this.named.has(tenant) && this.named.size >= MAX_TENANTS) {
      return forbidden(`more than ${MAX_TENANTS} tenants`);
    }
    this.named.add(tenant);
    return { tenant };
  }
}

/** For gRPC servers; calls that may not come in are counted here, since no method sees them. */
export function grpcGate(doorman: Doorman, metrics: Pick<CollectorMetrics, 'requests'>): GrpcGate {
  return async (visit, caller) => {
    const refusal = await doorman.admit(visit, caller);
    if (refusal === null) return null;
    metrics.requests.add(1, { protocol: 'grpc', outcome: refusal.kind });
    const { grpcStatus: code, message, retryAfterMs } = refusal;
    return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  };
}

function ofVerdict(verdict: Verdict): Sender | DoorRefusal {
  switch (verdict.kind) {
    case 'known':
      return { tenant: verdict.identity.tenant };
    case 'unknown':
      return {
        ...{ kind: 'unauthenticated', httpStatus: 401, grpcStatus: GRPC_STATUS.unauthenticated },
        ...{ message: verdict.problem, headers: { 'www-authenticate': CHALLENGES.join(', ') } },
      };
    case 'forbidden':
      return forbidden(verdict.problem);
    case 'limited':
      return limited(verdict.problem, verdict.retryAfterMs);
  }
}

function forbidden(message: string): DoorRefusal {
  return {
    ...{ kind: 'forbidden', httpStatus: 403, grpcStatus: GRPC_STATUS.permissionDenied },
    ...{ message, headers: {} },
  };
}

function limited(message: string, retryAfterMs: number): DoorRefusal {
  return {
    ...{ kind: 'limited', httpStatus: 429, grpcStatus: GRPC_STATUS.resourceExhausted, message, retryAfterMs },
    headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
  };
}
