-- Which traces that began in a stretch of time are the newest or the longest, from summaries alone.
SELECT traceId, key
FROM
(
    SELECT
        s.TraceId AS traceId,
        toUnixTimestamp64Nano(min(s.Start)) AS startNs,
        toUnixTimestamp64Nano(max(s.End)) - startNs AS durationNs,
        if({longest:UInt8} = 1, durationNs, startNs) AS key
    FROM trace_summaries AS s
    WHERE s.Tenant = {tenant:String}
        AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64})
        AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64})
    GROUP BY s.TraceId
    HAVING durationNs >= {minNs:Int64} AND durationNs <= {maxNs:Int64}
        AND ({failed:UInt8} = 0 OR sum(s.Errors) > 0)
        AND ({service:String} = '' OR max(has(s.Services, {service:String})))
        AND ({minServices:UInt32} <= 1 OR length(groupUniqArrayArray(s.Services)) >= {minServices:UInt32})
)
WHERE (key, traceId) < ({afterKey:Int64}, {afterId:String})
ORDER BY key DESC, traceId DESC
LIMIT {limit:UInt32}
