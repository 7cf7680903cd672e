/**
 * TraceQL as Grafana's search form writes it: one pair of braces with comparisons joined by `&&`, `||` and brackets, and
 * perhaps `| select(...)`, which changes nothing here. Pure.
 *
 * Not for relations between spans, aggregates and metrics: those are refused by name. What is compared is text, since the
 * span table keeps attributes as text: `span.a = 5` and `span.a = "5"` are the same.
 */
import { parseGoDuration } from '../foreign/go_duration.ts';
import {
  NOTHING,
  type NumberTest,
  type Order,
  type SpanCondition,
  type TextTest,
} from '../foreign/span_search.ts';
import { traceqlField, type Intrinsic, type TraceqlField } from './traceql_field.ts';
import { TraceqlError, traceqlTokens, type Token } from './traceql_tokens.ts';

export interface TraceqlQuery {
  readonly condition: SpanCondition;
  /** What it speaks of, once each. */
  readonly fields: readonly TraceqlField[];
}

/** Throws TraceqlError. */
export function parseTraceql(query: string): TraceqlQuery {
  const reader = new Reader(traceqlTokens(query));
  reader.expect('{');
  const condition = reader.is('}') ? { all: [] } : anyOf(reader, 0);
  reader.expect('}');
  ignorePipeline(reader);
  return { condition, fields: [...reader.fields.values()] };
}

class Reader {
  readonly fields = new Map<string, TraceqlField>();
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  next(): Token | undefined {
    return this.tokens[this.at++];
  }

  is(sign: string): boolean {
    const token = this.tokens[this.at];
    return token?.type === 'sign' && token.text === sign;
  }

  takes(sign: string): boolean {
    const taken = this.is(sign);
    if (taken) this.at += 1;
    return taken;
  }

  expect(sign: string): void {
    if (!this.takes(sign)) throw new TraceqlError(`expected ${sign}, not ${this.rest()}`);
  }

  rest(): string {
    const token = this.tokens[this.at];
    return token === undefined ? 'the end' : JSON.stringify(token.text);
  }
}

const DEEPEST = 50;

function anyOf(reader: Reader, depth: number): SpanCondition {
  const choices = [allOf(reader, depth)];
  while (reader.takes('||')) choices.push(allOf(reader, depth));
  const [only] = choices;
  return choices.length === 1 && only !== undefined ? only : { any: choices };
}

function allOf(reader: Reader, depth: number): SpanCondition {
  const parts = [part(reader, depth)];
  while (reader.takes('&&')) parts.push(part(reader, depth));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { all: parts };
}

function part(reader: Reader, depth: number): SpanCondition {
  if (depth > DEEPEST) throw new TraceqlError('brackets are nested too deep');
  if (reader.takes('(')) {
    const inner = anyOf(reader, depth + 1);
    reader.expect(')');
    return inner;
  }
  const left = reader.next();
  if (left?.type !== 'word')
    throw new TraceqlError(`expected a field, not ${JSON.stringify(left?.text ?? 'the end')}`);
  if (left.text === 'true') return { all: [] };
  if (left.text === 'false') return NOTHING;
  const field = traceqlField(left.text);
  reader.fields.set(left.text, field);
  const operator = reader.next();
  if (operator?.type !== 'sign' || !OPERATORS.has(operator.text)) {
    throw new TraceqlError(`expected a comparison after ${left.text}`);
  }
  const right = reader.next();
  if (right === undefined || right.type === 'sign')
    throw new TraceqlError(`expected a value after ${operator.text}`);
  return comparison(field, operator.text as Operator, right);
}

type Operator = '=' | '!=' | '=~' | '!~' | Order;
const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '=~', '!~', '<', '<=', '>', '>=']);

function comparison(field: TraceqlField, operator: Operator, value: Token): SpanCondition {
  if (field.is === 'intrinsic') return intrinsicCondition(field.name, operator, value);
  const test = textTest(operator, value);
  const { key } = field;
  const service: SpanCondition[] =
    key === 'service.name' && field.scope !== 'span' ? [{ on: 'service', test }] : [];
  if (field.scope === 'any') {
    const attribute = (scope: 'span' | 'resource'): SpanCondition => ({ on: 'attribute', scope, key, test });
    return { any: [attribute('span'), ...(service.length > 0 ? service : [attribute('resource')])] };
  }
  return service[0] ?? { on: 'attribute', scope: field.scope, key, test };
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;

function textTest(operator: Operator, { type, text }: Token): TextTest {
  if (type === 'word' && text === 'nil') {
    if (operator === '=' || operator === '!=') return { is: operator === '=' ? 'absent' : 'there' };
    throw new TraceqlError('nil can only be = or !=');
  }
  if (
    type === 'word' &&
    !NUMBER.test(text) &&
    text !== 'true' &&
    text !== 'false' &&
    parseGoDuration(text) === null
  ) {
    throw new TraceqlError(`${JSON.stringify(text)} is no value: text is put in quotes`);
  }
  if (operator === '=' || operator === '!=' || operator === '=~' || operator === '!~')
    return { is: operator, text };
  const number = NUMBER.test(text) ? Number(text) : Number(parseGoDuration(text) ?? NaN);
  if (Number.isNaN(number))
    throw new TraceqlError(`${operator} compares numbers, not ${JSON.stringify(text)}`);
  return { is: operator, number };
}

const KINDS: ReadonlyMap<string, string> = new Map(
  ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'].map((kind) => [
    kind.toLowerCase(),
    kind,
  ]),
);
const STATUSES: ReadonlyMap<string, string> = new Map(
  ['Unset', 'Ok', 'Error'].map((status) => [status.toLowerCase(), status]),
);

function intrinsicCondition(name: Intrinsic, operator: Operator, value: Token): SpanCondition {
  switch (name) {
    case 'duration':
    case 'traceDuration':
      return { on: name, test: durationTest(operator, value) };
    case 'status':
      return { on: name, test: wordTest(STATUSES, operator, value) };
    case 'kind':
      return { on: name, test: wordTest(KINDS, operator, value) };
    case 'traceId':
    case 'spanId':
    case 'parentSpanId':
      if (operator !== '=' && operator !== '!=') throw new TraceqlError('ids can only be = or !=');
      return { on: name, id: paddedId(name, value.text), not: operator === '!=' };
    case 'nestedSetParent':
      // How Grafana asks for roots.
      if (operator === '<' && value.text === '0') return { on: 'parentSpanId', id: '', not: false };
      throw new TraceqlError('nestedSetParent is known as nestedSetParent < 0 only');
    default:
      return { on: name, test: textTest(operator, value) };
  }
}

function paddedId(name: 'traceId' | 'spanId' | 'parentSpanId', text: string): string {
  return text === '' ? '' : text.toLowerCase().padStart(name === 'traceId' ? 32 : 16, '0');
}

function durationTest(operator: Operator, { text }: Token): NumberTest {
  const ns = /^\d{1,18}$/.test(text) ? BigInt(text) : parseGoDuration(text);
  if (ns === null || operator === '=~' || operator === '!~') {
    throw new TraceqlError(`a duration is compared with one like 100ms, not ${JSON.stringify(text)}`);
  }
  return { is: operator, value: ns };
}

function wordTest(words: ReadonlyMap<string, string>, operator: Operator, { text }: Token): TextTest {
  const word = words.get(text);
  if (word === undefined || (operator !== '=' && operator !== '!=')) {
    throw new TraceqlError(`only = and != one of ${[...words.keys()].join(', ')} is possible here`);
  }
  return { is: operator, text: word };
}

/** `| select(a, b)` and `with (hint=true)` ask for no other traces. */
function ignorePipeline(reader: Reader): void {
  for (;;) {
    const piped = reader.takes('|');
    const token = reader.next();
    if (token === undefined && !piped) return;
    const known = token?.type === 'word' && token.text === (piped ? 'select' : 'with');
    if (!known || !reader.takes('(')) {
      throw new TraceqlError(
        `only one { ... } is possible, and | select(...): not ${token?.text ?? 'the end'}`,
      );
    }
    let inner = reader.next();
    while (inner !== undefined && !(inner.type === 'sign' && inner.text === ')')) inner = reader.next();
    if (inner === undefined) throw new TraceqlError('expected )');
  }
}
