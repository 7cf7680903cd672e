/** What a search asks for: read from the address, written into it, and put to the API. Pure. */
import type { Parameters } from '../api/ask.ts';
import { rangeOf, rangeParameters, type Range } from '../router/view.ts';

export interface Filters {
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly name: string;
  readonly minDuration: string;
  readonly maxDuration: string;
  /** `key=value` */
  readonly attributes: readonly string[];
  readonly order: 'newest' | 'longest';
}

const TEXTS = ['service', 'operation', 'kind', 'status', 'name', 'minDuration', 'maxDuration'] as const;

export const KINDS = ['Server', 'Client', 'Producer', 'Consumer', 'Internal'] as const;
export const STATUSES = ['Error', 'Ok', 'Unset'] as const;

export function filtersOf(search: URLSearchParams): Filters {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, search.get(name) ?? ''])) as Record<
    (typeof TEXTS)[number],
    string
  >;
  return {
    ...texts,
    attributes: search.getAll('attribute'),
    order: search.get('order') === 'longest' ? 'longest' : 'newest',
  };
}

/** The address of a search, with what has its default left out. */
export function searchHref(filters: Filters, range: Range): string {
  const search = new URLSearchParams();
  for (const name of TEXTS) if (filters[name] !== '') search.set(name, filters[name]);
  for (const attribute of filters.attributes) search.append('attribute', attribute);
  if (filters.order === 'longest') search.set('order', 'longest');
  for (const [name, value] of Object.entries(rangeParameters(range))) search.set(name, value);
  const query = search.toString();
  return query === '' ? '/search' : `/search?${query}`;
}

export function apiParameters(search: URLSearchParams, limit: number): Parameters {
  const { attributes, order, ...texts } = filtersOf(search);
  const { since, until } = rangeOf(search);
  return { ...texts, attribute: attributes, order: order === 'longest' ? order : '', limit, since, until };
}

/** `key=value` pairs out of a line of text; values with spaces stand in quotes. */
export function parseAttributes(text: string): { pairs: string[]; wrong: string | null } {
  const pairs: string[] = [];
  for (const [part, key = '', quoted, plain] of text.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S*))|\S+/g)) {
    if (key === '') return { pairs, wrong: part };
    pairs.push(`${key}=${quoted ?? plain ?? ''}`);
  }
  return { pairs, wrong: null };
}

export function formatAttributes(pairs: readonly string[]): string {
  return pairs
    .map((pair) => {
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      return /\s/.test(value) || value === '' ? `${pair.slice(0, at)}="${value}"` : pair;
    })
    .join(' ');
}

export function isDuration(text: string): boolean {
  return text === '' || /^\d+(\.\d+)?(ns|us|µs|ms|s|m|h)$/.test(text);
}
