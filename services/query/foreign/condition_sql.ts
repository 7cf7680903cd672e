/** Conditions on a span as SQL over `otel_traces`. Every value goes in as a parameter; the text is made of constants alone. */
import type { AttributeScope, NumberTest, SpanCondition, TextField, TextTest } from './span_search.ts';

/** The parameters of one statement, numbered as they come. */
export class SqlParameters {
  readonly values: Record<string, unknown> = {};

  /** The place that stands for the value. */
  add(type: 'String' | 'Float64' | 'UInt64' | 'Array(String)', value: unknown): string {
    const name = `p${Object.keys(this.values).length}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

const COLUMNS: Readonly<Record<TextField, string>> = {
  service: 'ServiceName',
  name: 'SpanName',
  kind: 'SpanKind',
  status: 'StatusCode',
  statusMessage: 'StatusMessage',
  traceState: 'TraceState',
  scopeName: 'ScopeName',
  scopeVersion: 'ScopeVersion',
};

const MAPS: Readonly<Record<AttributeScope, string>> = {
  span: 'SpanAttributes',
  resource: 'ResourceAttributes',
  event: 'Events.Attributes',
  link: 'Links.Attributes',
};

const ID_COLUMNS = { traceId: 'TraceId', spanId: 'SpanId', parentSpanId: 'ParentSpanId' } as const;

/** True without conditions. */
export function conditionsSql(conditions: readonly SpanCondition[], params: SqlParameters): string {
  return joined(conditions, ' AND ', '1', params);
}

function joined(
  conditions: readonly SpanCondition[],
  word: string,
  none: string,
  params: SqlParameters,
): string {
  if (conditions.length === 0) return none;
  return conditions.map((condition) => `(${conditionSql(condition, params)})`).join(word);
}

function conditionSql(condition: SpanCondition, params: SqlParameters): string {
  if ('all' in condition) return conditionsSql(condition.all, params);
  if ('any' in condition) return joined(condition.any, ' OR ', '0', params);
  switch (condition.on) {
    case 'operation':
      return `SpanName = ${params.add('String', condition.template)}`;
    case 'names':
      return `SpanName IN ${params.add('Array(String)', condition.names)}`;
    case 'attribute':
      return attributeSql(condition.scope, condition.key, condition.test, params);
    case 'event':
      return `arrayExists(name -> ${textSql('name', condition.test, params)}, Events.Name)`;
    case 'duration':
      return numberSql('Duration', condition.test, params);
    case 'traceDuration':
      return ofTrace(
        numberSql(
          'toUnixTimestamp64Nano(max(s.End)) - toUnixTimestamp64Nano(min(s.Start))',
          condition.test,
          params,
        ),
      );
    case 'rootService':
      return ofTrace(textSql('max(s.RootService)', condition.test, params));
    case 'rootName':
      return ofTrace(textSql('max(s.RootName)', condition.test, params));
    case 'traceId':
    case 'spanId':
    case 'parentSpanId':
      return `${ID_COLUMNS[condition.on]} ${condition.not ? '!=' : '='} ${params.add('String', condition.id)}`;
    default:
      return textSql(COLUMNS[condition.on], condition.test, params);
  }
}

/** What only the whole trace knows. A trace that overlaps the stretch of time has begun before its end. */
function ofTrace(having: string): string {
  return `TraceId IN (
    SELECT s.TraceId FROM trace_summaries AS s
    WHERE s.Tenant = {tenant:String}
        AND s.Start <= fromUnixTimestamp64Nano({untilNs:Int64})
        AND s.End >= fromUnixTimestamp64Nano({sinceNs:Int64})
    GROUP BY s.TraceId HAVING ${having})`;
}

function attributeSql(scope: AttributeScope, key: string, test: TextTest, params: SqlParameters): string {
  const name = params.add('String', key);
  if (scope === 'event' || scope === 'link') {
    return `arrayExists(attributes -> ${mapSql('attributes', name, test, params)}, ${MAPS[scope]})`;
  }
  return mapSql(MAPS[scope], name, test, params);
}

/** A key that is absent reads as '': where that would pass the test, presence is asked for as well. */
function mapSql(map: string, key: string, test: TextTest, params: SqlParameters): string {
  if (test.is === 'there') return `mapContains(${map}, ${key})`;
  if (test.is === 'absent') return `NOT mapContains(${map}, ${key})`;
  const sql = textSql(`${map}[${key}]`, test, params);
  const sureOfPresence = test.is === '=' && test.text !== '';
  return sureOfPresence ? sql : `mapContains(${map}, ${key}) AND ${sql}`;
}

function textSql(value: string, test: TextTest, params: SqlParameters): string {
  switch (test.is) {
    case '=':
    case '!=':
      return `${value} ${test.is} ${params.add('String', test.text)}`;
    case '=~':
    case '!~': {
      const pattern = params.add('String', `^(?:${test.text})$`);
      return `${test.is === '!~' ? 'NOT ' : ''}match(${value}, ${pattern})`;
    }
    case 'contains':
      return `positionCaseInsensitiveUTF8(${value}, ${params.add('String', test.text)}) > 0`;
    case 'there':
      return `${value} != ''`;
    case 'absent':
      return `${value} = ''`;
    default: {
      const comparison = test.is === 'equal' ? '=' : test.is === 'unequal' ? '!=' : test.is;
      // What is no number fails the test.
      return `ifNull(toFloat64OrNull(${value}) ${comparison} ${params.add('Float64', test.number)}, 0)`;
    }
  }
}

function numberSql(value: string, test: NumberTest, params: SqlParameters): string {
  return `${value} ${test.is} ${params.add('UInt64', test.value.toString())}`;
}
