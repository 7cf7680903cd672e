-- Spans that the rollup names, slowest first: of each window and series the slowest.
SELECT
    m.Slowest.2 AS traceId,
    m.Slowest.3 AS spanId,
    any(m.ServiceName) AS service,
    any(m.SpanName) AS operation,
    any(m.SpanKind) AS kind,
    any(m.StatusCode) AS status,
    toString(max(m.Slowest.1)) AS durationNs
FROM {table:Identifier} AS m
WHERE m.Tenant = {tenant:String}
    AND m.Time >= toDateTime({since:UInt32})
    AND m.Time < toDateTime({until:UInt32})
    AND ({service:String} = '' OR m.ServiceName = {service:String})
    AND ({operation:String} = '' OR m.SpanName = {operation:String})
    AND (empty({kinds:Array(String)}) OR has({kinds:Array(String)}, m.SpanKind))
    AND ({status:String} = '' OR m.StatusCode = {status:String})
    AND m.Slowest.1 >= {minNs:UInt64}
    AND m.Slowest.1 <= {maxNs:UInt64}
GROUP BY traceId, spanId
ORDER BY max(m.Slowest.1) DESC, traceId, spanId
LIMIT {limit:UInt32}
