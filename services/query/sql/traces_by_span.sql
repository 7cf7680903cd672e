-- Which traces have a span that the conditions leave, and come first by a key of such spans.
SELECT traceId, key
FROM
(
    SELECT
        TraceId AS traceId,
        -- key
    FROM otel_traces
    WHERE Tenant = {tenant:String}
        AND Timestamp >= fromUnixTimestamp64Milli({fromMs:Int64})
        AND Timestamp < fromUnixTimestamp64Milli({untilMs:Int64})
        -- span conditions
    GROUP BY TraceId
)
WHERE (key, traceId) < ({afterKey:Int64}, {afterId:String})
ORDER BY key DESC, traceId DESC
LIMIT {limit:UInt32}
