-- The histograms of series.sql by points in time: bucket b counts durations in (2^(b/8), 2^((b+1)/8)] ns.
SELECT
    toUInt32(intDiv(toUnixTimestamp(m.Time) - {firstPoint:UInt32}, {pointSeconds:UInt32})) AS point,
    sumMap(m.Histogram) AS histogram
FROM {table:Identifier} AS m
WHERE m.Tenant = {tenant:String}
    AND m.Time >= toDateTime({firstPoint:UInt32})
    AND m.Time < toDateTime({until:UInt32})
    AND ({service:String} = '' OR m.ServiceName = {service:String})
    AND ({operation:String} = '' OR m.SpanName = {operation:String})
    AND (empty({kinds:Array(String)}) OR has({kinds:Array(String)}, m.SpanKind))
GROUP BY point
ORDER BY point
