-- Spans of a duration, newest first.
SELECT
    TraceId AS traceId,
    SpanId AS spanId,
    ServiceName AS service,
    SpanName AS operation,
    SpanKind AS kind,
    StatusCode AS status,
    toString(Duration) AS durationNs
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND Timestamp >= toDateTime({since:UInt32})
    AND Timestamp < toDateTime({until:UInt32})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND ({operationPattern:String} = '' OR match(SpanName, {operationPattern:String}))
    AND (empty({kinds:Array(String)}) OR has({kinds:Array(String)}, SpanKind))
    AND ({status:String} = '' OR StatusCode = {status:String})
    AND Duration >= {minNs:UInt64}
    AND Duration <= {maxNs:UInt64}
ORDER BY Timestamp DESC
LIMIT {limit:UInt32}
