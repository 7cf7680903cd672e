/** The SQL that fetches what is on the page: the moment narrows it to a few granules. Pure. */

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export function traceSql(traceId: string, startNs: string, durationNs: number): string {
  const from = Math.floor(Number(BigInt(startNs) / 1_000_000_000n));
  const to = from + Math.ceil(durationNs / 1e9) + 1;
  return [
    'SELECT Timestamp, SpanId, ParentSpanId, ServiceName, SpanName, SpanKind, Duration, StatusCode, SpanAttributes',
    'FROM otel_traces',
    `WHERE TraceId = ${text(traceId)}`,
    `    AND Timestamp >= toDateTime(${from}) AND Timestamp < toDateTime(${to})`,
    'ORDER BY Timestamp',
  ].join('\n');
}

export function spanSql(traceId: string, spanId: string, startNs: string, offsetNs: number): string {
  const second = Number((BigInt(startNs) + BigInt(Math.round(offsetNs))) / 1_000_000_000n);
  return [
    'SELECT *',
    'FROM otel_traces',
    `WHERE TraceId = ${text(traceId)} AND SpanId = ${text(spanId)}`,
    `    AND Timestamp >= toDateTime(${second}) AND Timestamp < toDateTime(${second + 1})`,
  ].join('\n');
}
