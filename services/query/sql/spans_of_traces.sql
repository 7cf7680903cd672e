-- The spans of several traces, earliest first. The bounds, from their summaries, leave the other days unread.
WITH
    (
        SELECT (min(s.Start), max(s.End))
        FROM trace_summaries AS s
        WHERE s.Tenant = {tenant:String} AND s.TraceId IN {traceIds:Array(String)}
    ) AS bounds
SELECT
    TraceId AS traceId,
    SpanId AS spanId,
    ParentSpanId AS parentSpanId,
    ServiceName AS service,
    SpanName AS name,
    SpanKind AS kind,
    StatusCode AS status,
    StatusMessage AS statusMessage,
    toString(toUnixTimestamp64Nano(Timestamp)) AS startNs,
    toString(Duration) AS durationNs,
    toString(ReportedTimestamp) AS reportedStartNs,
    ScopeName AS scopeName,
    ScopeVersion AS scopeVersion,
    TraceState AS traceState,
    SpanAttributes AS attributes,
    ResourceAttributes AS resourceAttributes,
    arrayMap(
        (time, name, attributes) -> (toString(toUnixTimestamp64Nano(time)), name, attributes),
        Events.Timestamp, Events.Name, Events.Attributes
    ) AS events,
    arrayMap(
        (traceId, spanId, traceState, attributes) -> (traceId, spanId, traceState, attributes),
        Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes
    ) AS links,
    Weight AS weight,
    Flags AS flags
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND TraceId IN {traceIds:Array(String)}
    AND Timestamp >= bounds.1
    AND Timestamp <= bounds.2
ORDER BY Timestamp, SpanId, SpanKind
LIMIT {limit:UInt32} BY TraceId
