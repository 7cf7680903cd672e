/**
 * Stored spans as export requests, for trying a redaction policy on.
 *
 * Not the spans as they came: the store has every value as text, lists as JSON. So names within lists and rules for numbers
 * alone are not seen here.
 */
import { opentelemetry } from '../../../proto/generated/index.js';
import type { Fetch } from '../query_client.ts';
import { requestSql, type SqlConnection } from '../sql_request.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type Attributes = Readonly<Record<string, string>>;

export interface StoredSpansQuery {
  readonly service: string | null;
  readonly lastSeconds: number;
  readonly limit: number;
}

/** A row of otel_traces, as far as a policy can change it. */
interface Row {
  readonly TraceState: string;
  readonly SpanName: string;
  readonly ResourceAttributes: Attributes;
  readonly ScopeName: string;
  readonly SpanAttributes: Attributes;
  readonly StatusMessage: string;
  readonly EventNames: readonly string[];
  readonly EventAttributes: readonly Attributes[];
  readonly LinkTraceStates: readonly string[];
  readonly LinkAttributes: readonly Attributes[];
}

/** The newest spans first. */
const QUERY = `
SELECT TraceState, SpanName, ResourceAttributes, ScopeName, SpanAttributes, StatusMessage,
  Events.Name AS EventNames, Events.Attributes AS EventAttributes,
  Links.TraceState AS LinkTraceStates, Links.Attributes AS LinkAttributes
FROM otel_traces
WHERE Timestamp > now() - toIntervalSecond({last_seconds:UInt64})
  AND ({service:String} = '' OR ServiceName = {service:String})
ORDER BY Timestamp DESC
LIMIT {limit:UInt64}`;

/** One request a span. Throws CliError. */
export async function* storedSpans(
  connection: SqlConnection,
  { service, lastSeconds, limit }: StoredSpansQuery,
  fetcher?: Fetch,
): AsyncGenerator<Uint8Array> {
  const settings = {
    param_service: service ?? '',
    param_last_seconds: String(lastSeconds),
    param_limit: String(limit),
    // A person waits for it; what is left of the server is for others.
    max_execution_time: '60',
  };
  const request = { statement: QUERY, format: 'JSONEachRow', write: false, settings };
  const { body } = await requestSql(connection, request, fetcher);
  for await (const line of linesOf(body)) yield requestOf(JSON.parse(line) as Row);
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}

function requestOf(row: Row): Uint8Array {
  const span = {
    name: row.SpanName,
    traceState: row.TraceState,
    attributes: keyValues(row.SpanAttributes),
    events: row.EventNames.map((name, i) => ({ name, attributes: keyValues(row.EventAttributes[i]) })),
    links: row.LinkTraceStates.map((traceState, i) => ({
      traceState,
      attributes: keyValues(row.LinkAttributes[i]),
    })),
    status: { message: row.StatusMessage },
  };
  const scopeSpans = [{ scope: { name: row.ScopeName }, spans: [span] }];
  const resource = { attributes: keyValues(row.ResourceAttributes) };
  return TracesData.encode({ resourceSpans: [{ resource, scopeSpans }] }).finish();
}

const keyValues = (attributes: Attributes = {}) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
