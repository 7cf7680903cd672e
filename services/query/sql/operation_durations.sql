-- Histograms of durations by operation, from the hourly rollup; services and operations may come in pairs that nobody asked for.
SELECT m.ServiceName AS service, m.SpanName AS operation, m.SpanKind AS kind, sumMap(m.Histogram) AS histogram
FROM span_metrics_1h AS m
WHERE m.Tenant = {tenant:String}
    AND m.ServiceName IN {services:Array(String)}
    AND m.SpanName IN {operations:Array(String)}
    AND m.Time >= toDateTime({since:UInt32})
    AND m.Time < toDateTime({until:UInt32})
GROUP BY service, operation, kind
