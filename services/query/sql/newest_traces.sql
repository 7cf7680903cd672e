-- The newest traces that began in a stretch of time. Which ones is decided by single fragments, so that only theirs are merged.
SELECT
    s.TraceId AS traceId,
    toString(toUnixTimestamp64Nano(min(s.Start))) AS startNs,
    toString(toUnixTimestamp64Nano(max(s.End))) AS endNs,
    max(s.RootService) AS rootService,
    max(s.RootName) AS rootName,
    arraySort(groupUniqArrayArray(s.Services)) AS services,
    toUInt32(sum(s.Spans)) AS spans,
    toUInt32(sum(s.Errors)) AS errors
FROM trace_summaries AS s
WHERE s.Tenant = {tenant:String} AND s.TraceId IN
(
    SELECT c.TraceId
    FROM trace_summaries AS c
    WHERE c.Tenant = {tenant:String}
        AND c.Start >= fromUnixTimestamp64Milli({sinceMs:Int64})
        AND c.Start < fromUnixTimestamp64Milli({untilMs:Int64})
        AND length(c.Services) >= {minServices:UInt32}
        AND ({service:String} = '' OR has(c.Services, {service:String}))
    ORDER BY c.Start DESC
    LIMIT 1 BY c.TraceId
    LIMIT {limit:UInt32}
)
GROUP BY s.TraceId
ORDER BY min(s.Start) DESC, traceId
