/** Which tenants there are. */
import { text } from './columns.ts';
import { readSql, type Query } from './queries.ts';

export interface TenantStore {
  /** Throws StoreError. */
  tenants(signal: AbortSignal): Promise<string[]>;
}

const TENANTS = readSql('tenants');

export function tenantStore(query: Query): TenantStore {
  return {
    tenants: async (signal) => (await query(TENANTS, {}, signal)).map((row) => text(row, 'tenant')),
  };
}
