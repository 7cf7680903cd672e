/** Addresses of views and of searches, and the query service's list of them. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VIEW_PATHS } from '../../../services/query/routes/web_routes.ts';
import { queryString } from '../../../services/web/api/ask.ts';
import { keepTenant, tenantOf } from '../../../services/web/router/tenant.ts';
import { comparePath, rangeOf, servicePath, tracePath, viewOf } from '../../../services/web/router/view.ts';
import {
  apiParameters,
  filtersOf,
  formatAttributes,
  isDuration,
  parseAttributes,
  searchHref,
} from '../../../services/web/search/filters.ts';

const pathname = (href: string): string => href.split('?')[0] ?? '';

describe('the tenant of an address', () => {
  const ofBank = new URLSearchParams('tenant=bank&since=2h');

  test('is kept by every link, unless the link names another', () => {
    expect(keepTenant('/map', ofBank)).toBe('/map?tenant=bank');
    expect(keepTenant('/search?service=a%26b', ofBank)).toBe('/search?service=a%26b&tenant=bank');
    expect(keepTenant('/map?tenant=shop', ofBank)).toBe('/map?tenant=shop');
    expect(keepTenant(keepTenant('/map', ofBank), ofBank)).toBe('/map?tenant=bank');
  });

  test('is none where it names none', () => {
    expect(keepTenant('/map?since=2h', new URLSearchParams('since=1h'))).toBe('/map?since=2h');
    expect(tenantOf(new URLSearchParams())).toBe('');
  });
});

describe('the address of a view', () => {
  test('leads to it, whatever a service is called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (service) => {
        const href = servicePath(service, { since: '1h', until: '' }, 'GET /x');
        expect(viewOf(pathname(href))).toEqual({ name: 'service', service });
      }),
    );
    expect(viewOf(pathname(tracePath('ab12', 'cd')))).toEqual({ name: 'trace', id: 'ab12' });
    expect(viewOf(comparePath('a', 'normal'))).toEqual({ name: 'compare', id: 'a', other: 'normal' });
  });

  test('is known to the query service, and what is not is nowhere', () => {
    for (const path of VIEW_PATHS) {
      expect(viewOf(path.replaceAll(/:\w+/g, 'x')).name).not.toBe('nowhere');
    }
    for (const path of ['/api', '/nothing', '/trace', '/trace/a/b', '/map/x', '/compare/a/b/c']) {
      expect(viewOf(path).name).toBe('nowhere');
    }
  });

  test('that is broken does not break the page', () => {
    expect(viewOf('/services/%E0%A4%A')).toEqual({ name: 'service', service: '%E0%A4%A' });
  });
});

describe('the address of a search', () => {
  const search = (query: string): URLSearchParams => new URLSearchParams(query);

  test('says the filters and comes back as the same', () => {
    const filters = {
      ...filtersOf(search('')),
      service: 'cart',
      status: 'Error',
      attributes: ['user.id=u7', 'message=a b=c'],
      order: 'longest' as const,
    };
    const href = searchHref(filters, { since: '15m', until: '' });
    const back = search(href.slice(href.indexOf('?')));
    expect(filtersOf(back)).toEqual(filters);
    expect(rangeOf(back)).toEqual({ since: '15m', until: '' });
  });

  test('of nothing in particular is short', () => {
    expect(searchHref(filtersOf(search('')), { since: '1h', until: '' })).toBe('/search');
  });

  test('asks the API for what it says, and for no empty parameter', () => {
    const asked = queryString(apiParameters(search('service=cart&attribute=a%3D1&attribute=b%3D2'), 50));
    expect(asked).toBe('service=cart&attribute=a%3D1&attribute=b%3D2&limit=50&since=1h');
  });
});

describe('attributes in a line', () => {
  test('are pairs; values with spaces stand in quotes', () => {
    expect(parseAttributes(' user.id=u7  http.route="/a b" empty= ')).toEqual({
      pairs: ['user.id=u7', 'http.route=/a b', 'empty='],
      wrong: null,
    });
    expect(parseAttributes('user.id=u7 oops').wrong).toBe('oops');
  });

  test('are written so that they are read as the same', () => {
    const pairs = ['a=1', 'b=two words', 'c=', 'd=x=y'];
    expect(parseAttributes(formatAttributes(pairs)).pairs).toEqual(pairs);
  });

  test('durations have a unit', () => {
    expect(['', '250ms', '1.5s', '80us', '2m'].every(isDuration)).toBe(true);
    expect(['5', 'fast', '1 s'].some(isDuration)).toBe(false);
  });
});
