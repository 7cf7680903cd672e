-- Calls, errors and durations of the services asked for, by the windows of the metrics table; by operation where wanted.
SELECT
    m.ServiceName AS service,
    if({byOperation:Bool}, m.SpanName, '') AS operation,
    toUnixTimestamp(m.Time) AS time,
    sum(m.Calls) AS calls,
    sum(m.Errors) AS errors,
    sumMap(m.Histogram) AS histogram
FROM {table:Identifier} AS m
WHERE m.Tenant = {tenant:String}
    AND m.ServiceName IN {services:Array(String)}
    AND m.SpanKind IN {kinds:Array(String)}
    AND m.Time >= toDateTime({since:UInt32})
    AND m.Time < toDateTime({until:UInt32})
GROUP BY service, operation, time
ORDER BY service, operation, time
