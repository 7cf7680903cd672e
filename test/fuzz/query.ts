/** What people and pages ask the query service with: parameters of four APIs, TraceQL, stored text that becomes values again. */
import { parse } from 'node:querystring';
import { attributeValue } from '../../services/query/foreign/attribute_value.ts';
import { conditionsSql, SqlParameters } from '../../services/query/foreign/condition_sql.ts';
import { parseGoDuration } from '../../services/query/foreign/go_duration.ts';
import type { SpanSearch } from '../../services/query/foreign/span_search.ts';
import { traceQuery } from '../../services/query/jaeger/jaeger_parameters.ts';
import { Problem } from '../../services/query/problem.ts';
import { parseTraceql } from '../../services/query/tempo/traceql.ts';
import { TraceqlError } from '../../services/query/tempo/traceql_tokens.ts';
import { tempoSearch } from '../../services/query/tempo/tempo_parameters.ts';
import { zipkinSearch } from '../../services/query/zipkin/zipkin_parameters.ts';
import type { QueryString } from '../../services/query/parameters.ts';
import { START_MS } from './seeds.ts';
import { expecting, type FuzzTarget } from './target.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** SQL is made of constants and numbered places alone. */
function checkSql({ conditions }: Pick<SpanSearch, 'conditions'>): void {
  const parameters = new SqlParameters();
  const sql = conditionsSql(conditions, parameters);
  if (/["`;\\]|--/.test(sql)) throw new Error('text of the query came into the SQL');
}

function search(
  name: string,
  seeds: readonly string[],
  read: (query: QueryString, tenant: string, nowMs: number) => SpanSearch,
): FuzzTarget {
  const run = expecting([Problem], (bytes) => checkSql(read(parse(text(bytes)), 'default', START_MS)));
  return { name: `query/${name}`, seeds: seeds.map((seed) => Buffer.from(seed)), run };
}

const TRACEQL = [
  '{}',
  '{ resource.service.name = "cart" && span.http.status_code >= 500 && duration > 1.5s }',
  '{ (name =~ "GET.*" || .a != `b`) && kind = server && status = error } | select(span.a)',
  '{ span."my attribute" !~ \'x\' && true || rootServiceName = "a" && event.b = 5 }',
];

export const targets: readonly FuzzTarget[] = [
  {
    name: 'query/traceql',
    seeds: TRACEQL.map((seed) => Buffer.from(seed)),
    run: expecting([TraceqlError], (bytes) =>
      checkSql({ conditions: [parseTraceql(text(bytes)).condition] }),
    ),
  },
  search(
    'jaeger',
    [
      'service=cart&operation=GET&lookback=1h&minDuration=1.5ms&maxDuration=2s&limit=20',
      'service=a&tags={"error":"true","http.status_code":"500"}&tag=a:b&start=1600000000000000&end=1700000000000000',
      'traceID=abc&traceID=5f0c1d2e3a4b5c6d7e8f901234567890',
    ],
    traceQuery,
  ),
  search(
    'zipkin',
    [
      'serviceName=cart&spanName=get&annotationQuery=http.method=GET and error&minDuration=1000&limit=10&endTs=1700000000000&lookback=60000',
    ],
    zipkinSearch,
  ),
  search(
    'tempo',
    [
      'tags=service.name=cart http.url="a b"&minDuration=1s&maxDuration=2m&limit=5&start=1600000000&end=1700000000',
      'q={ name = "a" }&spss=3',
    ],
    tempoSearch,
  ),
  {
    name: 'query/stored_values',
    seeds: ['1h2m3.5s', '-9223372036854775808', '[1,"a",{"b":null}]', '1e400', 'true', '-0'].map((seed) =>
      Buffer.from(seed),
    ),
    run: (bytes) => {
      parseGoDuration(text(bytes));
      attributeValue(text(bytes));
    },
  },
];
