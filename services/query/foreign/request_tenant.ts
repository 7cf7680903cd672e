/** Whose data a request of another tool asks for: tools send headers where our own API has a parameter. */
import type { IncomingHttpHeaders } from 'node:http';
import { DEFAULT_TENANT } from '../../core/contracts.ts';

/** Jaeger's header, and Grafana Tempo's. */
const HEADERS = ['x-tenant', 'x-scope-orgid'];

export function tenantOf(headers: IncomingHttpHeaders): string {
  for (const name of HEADERS) {
    const value = [headers[name]].flat()[0];
    if (value !== undefined && value !== '') return value;
  }
  return DEFAULT_TENANT;
}
