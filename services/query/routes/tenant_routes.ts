/** `/api/v1/tenants`: for which tenants one may ask. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { TENANT } from '../declared_parameters.ts';
import { addRoute } from '../route.ts';
import * as shape from '../schema.ts';
import type { TenantStore } from '../tenant_store.ts';

const TENANTS = shape.object({
  tenants: shape.array(shape.text(), 'In the order of the alphabet: those that may be asked for.'),
  tenant: shape.text('Whose data this request would have got.'),
  who: shape.nullable(shape.text(), 'Name of the credential; null where there are none.'),
});

export type TenantsAnswer = shape.Infer<typeof TENANTS>;

const ROUTE = {
  path: '/api/v1/tenants',
  summary: 'For which tenants one may ask: all that have sent something, or the own one alone.',
  parameters: { tenant: TENANT },
  answer: TENANTS,
};

export function tenantRoutes(app: FastifyInstance, store: TenantStore, clock: Clock): void {
  addRoute(app, clock, ROUTE, async (_asked, { request, signal }) => {
    const { tenant, tenantScope } = request;
    const tenants = tenantScope?.isBound === true ? [tenant] : await store.tenants(signal);
    return { tenants, tenant, who: tenantScope?.who ?? null };
  });
}
