-- What was counted of each series since the origin. Whole nanoseconds are summed as integers: a sum of floats depends on the
-- order of its parts, which merges change, and a counter that falls by a trifle looks as if it had started again.
SELECT
    m.ServiceName AS service,
    m.SpanName AS operation,
    m.SpanKind AS kind,
    m.StatusCode AS status,
    sum(m.Calls) AS calls,
    toFloat64(sum(toInt128(round(m.DurationSum)))) AS durationSum,
    sumMap(m.Histogram) AS histogram
FROM span_metrics_1h AS m
WHERE m.Tenant = {tenant:String} AND m.Time >= toDateTime({origin:UInt32})
GROUP BY service, operation, kind, status
ORDER BY service, operation, kind, status
LIMIT {limit:UInt32}
