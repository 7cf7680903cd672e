-- Of each trace the first spans that meet the conditions, with how many there are.
SELECT
    TraceId AS traceId,
    SpanId AS spanId,
    SpanName AS name,
    ServiceName AS service,
    SpanKind AS kind,
    StatusCode AS status,
    StatusMessage AS statusMessage,
    toString(toUnixTimestamp64Nano(Timestamp)) AS startNs,
    toString(Duration) AS durationNs,
    SpanAttributes AS attributes,
    ResourceAttributes AS resourceAttributes,
    toUInt32(count() OVER (PARTITION BY TraceId)) AS matched
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND TraceId IN {traceIds:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
    AND (/* conditions */ 1)
ORDER BY Timestamp, SpanId
LIMIT {spans:UInt32} BY TraceId
