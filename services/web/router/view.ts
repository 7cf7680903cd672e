/** The page's addresses: each view has one, and an address says all that a reader would want to send on. Pure. */

export type View =
  | { readonly name: 'search' }
  | { readonly name: 'trace'; readonly id: string }
  | { readonly name: 'compare'; readonly id: string; readonly other: string }
  | { readonly name: 'services' }
  | { readonly name: 'service'; readonly service: string }
  | { readonly name: 'map' }
  | { readonly name: 'pipeline' }
  | { readonly name: 'nowhere' };

export function viewOf(pathname: string): View {
  const [first = '', second, third, ...rest] = pathname.split('/').slice(1).map(decoded);
  if (rest.length > 0) return { name: 'nowhere' };
  if (first === 'trace' && second !== undefined && third === undefined) return { name: 'trace', id: second };
  if (first === 'compare') return { name: 'compare', id: second ?? '', other: third ?? '' };
  if (third !== undefined) return { name: 'nowhere' };
  if (first === 'services' && second !== undefined) return { name: 'service', service: second };
  if (second !== undefined) return { name: 'nowhere' };
  switch (first) {
    case '':
    case 'search':
      return { name: 'search' };
    case 'services':
    case 'map':
    case 'pipeline':
      return { name: first };
    default:
      return { name: 'nowhere' };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const tracePath = (id: string, spanId = ''): string =>
  `/trace/${encodeURIComponent(id)}${spanId === '' ? '' : `?span=${encodeURIComponent(spanId)}`}`;

export const comparePath = (id: string, other: string): string =>
  `/compare/${encodeURIComponent(id)}/${encodeURIComponent(other)}`;

export const servicePath = (service: string, range: Range, operation = ''): string =>
  withQuery(`/services/${encodeURIComponent(service)}`, {
    ...rangeParameters(range),
    ...(operation !== '' && { operation }),
  });

/** From when to when. `since` is an age (`1h`) or a moment; `until` is a moment, or empty for now. */
export interface Range {
  readonly since: string;
  readonly until: string;
}

export const DEFAULT_RANGE: Range = { since: '1h', until: '' };

export function rangeOf(search: URLSearchParams): Range {
  return { since: search.get('since') ?? DEFAULT_RANGE.since, until: search.get('until') ?? '' };
}

/** What has its default is left out, so that addresses stay short. */
export function rangeParameters({ since, until }: Range): Record<string, string> {
  return { ...(since !== DEFAULT_RANGE.since && { since }), ...(until !== '' && { until }) };
}

export function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString();
  return query === '' ? path : `${path}?${query}`;
}

export const searchPath = (filters: Readonly<Record<string, string>>, range: Range): string =>
  withQuery('/search', { ...filters, ...rangeParameters(range) });
