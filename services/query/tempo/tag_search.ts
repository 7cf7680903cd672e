/** The older search of Tempo by tags in logfmt: `service.name=cart http.url="a b"`; values are parts of the text. */
import { tagCondition, type SpanCondition, type TextTest } from '../foreign/span_search.ts';
import { badRequest } from '../problem.ts';

const PAIR = /\s*([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/y;
const MOST_TAGS = 50;

/** Throws a 400. */
export function tagSearch(text: string): SpanCondition[] {
  const conditions: SpanCondition[] = [];
  const trimmed = text.trim();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < trimmed.length) {
    const at = PAIR.lastIndex;
    const pair = PAIR.exec(trimmed);
    if (pair === null)
      throw badRequest(`invalid tags: no key=value at ${JSON.stringify(trimmed.slice(at, at + 20))}`);
    if (conditions.length >= MOST_TAGS) throw badRequest(`invalid tags: more than ${MOST_TAGS}`);
    const [, key = '', quoted, bare = ''] = pair;
    conditions.push(condition(key, quoted === undefined ? bare : quoted.replace(/\\(.)/gs, '$1')));
  }
  return conditions;
}

function condition(key: string, text: string): SpanCondition {
  const test: TextTest = { is: 'contains', text };
  const tag = tagCondition(key, test);
  switch (key) {
    case 'name':
      return { any: [{ on: 'name', test }, tag] };
    case 'root.name':
      return { on: 'rootName', test };
    case 'root.service.name':
      return { on: 'rootService', test };
    case 'status.code':
      return { on: 'status', test };
    case 'error':
      return text === 'true' ? { any: [{ on: 'status', test: { is: '=', text: 'Error' } }, tag] } : tag;
    default:
      return tag;
  }
}
