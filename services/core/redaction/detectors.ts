/** What the built-in detectors find, where they look unless told otherwise, and what stands there afterwards. */
import { findCardNumbers } from './finders/card_numbers.ts';
import { findEmails } from './finders/emails.ts';
import { sqlLiterals } from './finders/sql_literals.ts';
import { findTokens } from './finders/tokens.ts';
import { findUrlQuery, findUrlUserInfo, findWholeQuery } from './finders/urls.ts';
import type { Finder, Rule } from './policy.ts';

/** One finder and the attributes that it is for; null where it is for all of them and for texts. */
export interface Search {
  readonly find: Finder;
  readonly attributes: readonly string[] | null;
}

export interface Detector {
  readonly searches: readonly Search[];
  /** What a mask writes unless told otherwise. */
  readonly mask: string;
  readonly readsNumbers: Rule['readsNumbers'];
}

export const DETECTORS = {
  'card-number': everywhere(findCardNumbers, '[card]', 'long'),
  email: everywhere(findEmails, '[email]', 'none'),
  'bearer-token': everywhere(findTokens, '[token]', 'none'),
  'sql-literals': sqlDetector('literals'),
  'url-query': {
    searches: [
      { find: findUrlQuery, attributes: ['http.url', 'url.full', 'url.original', 'http.target'] },
      { find: findWholeQuery, attributes: ['url.query'] },
    ],
    mask: '***',
    readsNumbers: 'none',
  },
  'url-user-info': {
    searches: [
      { find: findUrlUserInfo, attributes: ['http.url', 'url.full', 'url.original', 'db.connection_string'] },
    ],
    mask: '***',
    readsNumbers: 'none',
  },
} as const satisfies Record<string, Detector>;

export type DetectorName = keyof typeof DETECTORS;

export const isDetectorName = (name: unknown): name is DetectorName =>
  typeof name === 'string' && Object.hasOwn(DETECTORS, name);

export function sqlDetector(doubleQuotes: 'literals' | 'identifiers'): Detector {
  const find = sqlLiterals(doubleQuotes);
  return {
    searches: [{ find, attributes: ['db.statement', 'db.query.text'] }],
    mask: '?',
    readsNumbers: 'none',
  };
}

function everywhere(find: Finder, mask: string, readsNumbers: Rule['readsNumbers']): Detector {
  return { searches: [{ find, attributes: null }], mask, readsNumbers };
}
