/** The words of TraceQL, as far as traceql.ts reads it. */

export type Token =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'sign'; readonly text: string };

export class TraceqlError extends Error {
  override name = 'TraceqlError';
}

const SPACE = /\s+/y;
const SIGN = /&&|\|\||=~|!~|!=|>=|<=|[{}()=<>|,!]/y;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`/y;
/** Names may have a part in quotes: `span."my attribute"`. */
const WORD = /(?:[^\s{}()=<>|&!,"'`~]|(?<=\.)"(?:[^"\\]|\\.)*")+/y;
const MOST_TOKENS = 1000;

export function traceqlTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < query.length) {
    if (tokens.length >= MOST_TOKENS) throw new TraceqlError('the query is too long');
    if (take(SPACE) !== null) continue;
    const text = take(TEXT);
    const sign = text === null ? take(SIGN) : null;
    const word = text === null && sign === null ? take(WORD) : null;
    if (text !== null) tokens.push({ type: 'text', text: unescaped(text) });
    else if (sign !== null) tokens.push({ type: 'sign', text: sign[0] });
    else if (word !== null) tokens.push({ type: 'word', text: word[0] });
    else throw new TraceqlError(`unexpected ${JSON.stringify(query.slice(at, at + 10))} at position ${at}`);
  }
  return tokens;
}

function unescaped([, double, single, raw]: RegExpExecArray): string {
  return raw ?? unescapeText(double ?? single ?? '');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

export function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_all, character: string) => ESCAPES.get(character) ?? character);
}
