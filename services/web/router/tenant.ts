/**
 * Whose data the page shows. It is part of the address, so that a link says it too, and every link of the page keeps it; without it the
 * query service decides, by who asks.
 */

const PARAMETER = 'tenant';

/** Empty where the address names none. */
export const tenantOf = (search: URLSearchParams): string => search.get(PARAMETER) ?? '';

/** `href` with the tenant of `search`, unless it names one itself. */
export function keepTenant(href: string, search: URLSearchParams): string {
  const tenant = tenantOf(search);
  if (tenant === '') return href;
  const [path = '', query = ''] = href.split('?', 2);
  const parameters = new URLSearchParams(query);
  if (!parameters.has(PARAMETER)) parameters.set(PARAMETER, tenant);
  return `${path}?${parameters.toString()}`;
}
