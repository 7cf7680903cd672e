/**
 * The tenant to which the request under way is bound, known to every question that it asks ClickHouse.
 *
 * A second net behind admission.ts: a store that forgot its tenant, or took it from elsewhere, gets an error and no rows.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Query, QueryFor } from './queries.ts';

export interface TenantScope {
  /** Whose data is asked for. */
  readonly tenant: string;
  /** May ask for no other, and for nothing that is of all tenants. */
  readonly isBound: boolean;
  /** Name of the credential; null where there are none. */
  readonly who: string | null;
}

const current = new AsyncLocalStorage<TenantScope>();

export function inScope<T>(scope: TenantScope, work: () => T): T {
  return current.run(scope, work);
}

export interface ConfinedOptions {
  readonly query: QueryFor;
  /** Every question comes from a request that was let in by a credential. */
  readonly needsScope: boolean;
}

/** `query`, for statements that name the tenant as `{tenant:String}`, or that are of all tenants and name none. */
export function confinedQuery({ query, needsScope }: ConfinedOptions): Query {
  return (sql, params, signal) => {
    const scope = current.getStore();
    const tenant = params['tenant'];
    if (scope === undefined && needsScope) throw new Error('a question outside of any request');
    if (scope?.isBound === true && (tenant !== scope.tenant || !sql.includes('{tenant:String}'))) {
      throw new Error('a question that is not confined to the tenant of its request');
    }
    return query(sql, params, signal, typeof tenant === 'string' ? tenant : ALL_TENANTS);
  };
}

/** As the row policies of deploy/clickhouse/access have it. */
const ALL_TENANTS = '*';
