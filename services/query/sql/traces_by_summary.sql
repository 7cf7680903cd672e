-- Which traces that began in a stretch of time come first by a key, from summaries alone.
SELECT traceId, key
FROM
(
    SELECT
        s.TraceId AS traceId,
        -- key
    FROM trace_summaries AS s
    WHERE s.Tenant = {tenant:String}
        AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64})
        AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64})
    GROUP BY s.TraceId
    -- trace conditions
)
WHERE (key, traceId) < ({afterKey:Int64}, {afterId:String})
ORDER BY key DESC, traceId DESC
LIMIT {limit:UInt32}
