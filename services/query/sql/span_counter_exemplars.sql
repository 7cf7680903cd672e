-- The slowest span of each series in the last minutes.
SELECT
    m.ServiceName AS service,
    m.SpanName AS operation,
    m.SpanKind AS kind,
    m.StatusCode AS status,
    toString(max(m.Slowest).1) AS durationNs,
    max(m.Slowest).2 AS traceId,
    max(m.Slowest).3 AS spanId
FROM span_metrics_1m AS m
WHERE m.Tenant = {tenant:String} AND m.Time >= toDateTime({since:UInt32}) AND m.Slowest.2 != ''
GROUP BY service, operation, kind, status
