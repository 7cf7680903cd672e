import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findCardNumbers } from '../../../../services/core/redaction/finders/card_numbers.ts';
import { findEmails } from '../../../../services/core/redaction/finders/emails.ts';
import { sqlLiterals } from '../../../../services/core/redaction/finders/sql_literals.ts';
import { findTokens } from '../../../../services/core/redaction/finders/tokens.ts';
import { findUrlQuery, findUrlUserInfo } from '../../../../services/core/redaction/finders/urls.ts';
import { patternFinder } from '../../../../services/core/redaction/pattern.ts';
import type { Finder } from '../../../../services/core/redaction/policy.ts';

/** What is found, in a buffer that has other text around it. */
function found(find: Finder, text: string): string[] {
  const bytes = Buffer.from(text);
  const padded = Buffer.concat([Buffer.from('4a@b.io'), bytes, Buffer.from('4a@b.io')]);
  const stretches: number[] = [];
  find(padded, 7, 7 + bytes.length, stretches);
  const texts: string[] = [];
  for (let i = 0; i < stretches.length; i += 2)
    texts.push(padded.subarray(stretches[i], stretches[i + 1]).toString());
  return texts;
}

describe('card numbers', () => {
  test.each([
    ['4111111111111111', ['4111111111111111']],
    ['card_4111-1111-1111-1111.', ['4111-1111-1111-1111']],
    ['12 4111 1111 1111 1111 1', ['4111 1111 1111 1111']],
    ['378282246310005 and 5555555555554444', ['378282246310005', '5555555555554444']],
    ['4111111111111112', []],
    ['x4111111111111111', []],
    ['41111111111111110000', []],
    ['0.4111111111111111', []],
    ['1760000000000000000', []],
    ['5b8efff798038103d269b633813fc60c', []],
  ])('in %j are %j', (text, expected) => expect(found(findCardNumbers, text)).toEqual(expected));
});

describe('e-mail addresses', () => {
  test.each([
    ['to joe.b+x@mail.shop.test, now', ['joe.b+x@mail.shop.test']],
    ['?to=joe%40shop.test&a', ['joe%40shop.test']],
    ['jürgen@münchen.de', ['jürgen@münchen.de']],
    ['a@b.io@c.io', ['a@b.io@c.io']],
    ['@b.io a@ a@b a@b. a@b.1 a@@b.io', []],
    ['https://u@h.io/', ['u@h.io']],
  ])('in %j are %j', (text, expected) => expect(found(findEmails, text)).toEqual(expected));
});

describe('tokens', () => {
  test.each([
    ['Bearer abc123def', ['abc123def']],
    ['authorization=bearer%20abc123def==&', ['abc123def==']],
    ['Basic dXNlcjpwYXNz1234', ['dXNlcjpwYXNz1234']],
    ['Bearer authentication failed', []],
    ['x-eyJhbGciOi.eyJzdWIi.sig_-1 end', ['eyJhbGciOi.eyJzdWIi.sig_-1']],
    ['eyJ eyJabc', []],
  ])('in %j are %j', (text, expected) => expect(found(findTokens, text)).toEqual(expected));
});

describe('URLs', () => {
  test('have a query, a fragment and user info', () => {
    expect(found(findUrlQuery, 'https://a.b/c?d=e?f#g')).toEqual(['d=e?f', 'g']);
    expect(found(findUrlQuery, '/c?')).toEqual([]);
    expect(found(findUrlQuery, '/c#?x')).toEqual(['?x']);
    expect(found(findUrlUserInfo, 'amqp://u:p@ss@h/v, http://u@h2 and //x@y')).toEqual(['u:p@ss', 'u']);
    expect(found(findUrlUserInfo, '//u:p@h')).toEqual(['u:p']);
    expect(found(findUrlUserInfo, 'https://h/a@b')).toEqual([]);
  });
});

describe('SQL', () => {
  const inLiterals = (text: string, quotes: 'literals' | 'identifiers' = 'literals'): string => {
    const bytes = Buffer.from(text);
    const stretches: number[] = [];
    sqlLiterals(quotes)(bytes, 0, bytes.length, stretches);
    let result = '';
    let from = 0;
    for (let i = 0; i < stretches.length; i += 2) {
      result += `${bytes.subarray(from, stretches[i]).toString()}?`;
      from = stretches[i + 1] ?? 0;
    }
    return result + bytes.subarray(from).toString();
  };

  test.each([
    [
      `SELECT * FROM t2 WHERE a='it''s' AND b IN (1, -2.5e-3, .5, 0xFF)`,
      `SELECT * FROM t2 WHERE a=? AND b IN (?, -?, ?, ?)`,
    ],
    [`SELECT $1, ?, :name, @p1, col1`, `SELECT $1, ?, :name, @p1, col1`],
    [`SELECT $$it's$$, $a$ $$ $a$, x`, `SELECT ?, ?, x`],
    [`SELECT N'a', q'[it's]', "b"`, `SELECT N?, q?, ?`],
    ["SELECT `a'b` FROM t -- secret 5\nWHERE a = 1 /* joe */", "SELECT `a'b` FROM t --?\nWHERE a = ? /*?*/"],
    // Dialects disagree: all the rest is literal.
    [`a = 'x\\' OR b = 'secret' c`, `a = ?`],
    [`SELECT 5, [it's] = 'secret'`, `SELECT ?, [it?`],
    [`'a\\\\' b 'c'`, `? b ?`],
  ])('%j becomes %j', (text, expected) => expect(inLiterals(text)).toBe(expected));

  test('has identifiers in double quotes where the policy says so', () => {
    expect(inLiterals(`SELECT "a'b" FROM "t" WHERE x = 'y'`, 'identifiers')).toBe(
      `SELECT "a'b" FROM "t" WHERE x = ?`,
    );
  });
});

const SOURCES = [
  'a+b',
  'a|ab|abc',
  '[^b]c',
  '(?:ab|b)*c',
  'a.c?',
  '\\d{2,3}',
  'x?y{2}',
  '(a|b){1,2}c',
  'ä[a-ü]',
  '\\w+ ',
  '(?:a*b*)+c',
];

describe('own expressions', () => {
  test('are found leftmost and longest, as trying every stretch finds them', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'x', 'y', '1', '2', ' ', 'ä', '😀', '\n'),
      maxLength: 14,
    });
    fc.assert(
      fc.property(fc.constantFrom(...SOURCES), text, (source, given) => {
        const letters = Array.from(given);
        const whole = new RegExp(`^(?:${source})$`, 'u');
        const expected: string[] = [];
        for (let start = 0; start < letters.length;) {
          let end = letters.length;
          while (end > start && !whole.test(letters.slice(start, end).join(''))) end--;
          if (end > start) expected.push(letters.slice(start, end).join(''));
          start = Math.max(end, start + 1);
        }
        expect(found(patternFinder(source), given)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('know the ends of the text, words and case', () => {
    expect(found(patternFinder('^a|b$'), 'aab b')).toEqual(['a', 'b']);
    expect(found(patternFinder('\\bcat\\b', true), 'Cat concat cats CAT')).toEqual(['Cat', 'CAT']);
    expect(found(patternFinder('[a-c]x', true), 'BX dx')).toEqual(['BX']);
  });

  test('take bytes that are no UTF-8 as one character each', () => {
    const stretches: number[] = [];
    patternFinder('a..b')(Uint8Array.of(0x61, 0xff, 0xc3, 0x62), 0, 4, stretches);
    expect(stretches).toEqual([0, 4]);
  });

  test('that begin anew too often give up on the safe side: all the rest counts as found', () => {
    const text = 'a'.repeat(20_000);
    const stretches: number[] = [];
    patternFinder('a(?:.*b)?')(Buffer.from(text), 0, text.length, stretches);
    expect(stretches.at(-1)).toBe(text.length);
    expect(stretches.length).toBeLessThan(40_000);
  });

  test.each([
    'a**',
    'a*?',
    '(a',
    'a)',
    '[b',
    '(?=a)',
    '(?<n>a)',
    '\\1',
    'a{300}',
    '(?:a{100}){100}',
    'x{,2}',
    '[z-a]',
    '[]',
    '\\q',
    '^*',
    '+',
  ])('%j is refused', (source) => expect(() => patternFinder(source)).toThrow(/./));
});
