-- Which traces have a span that the conditions leave: by its start, or by its duration.
SELECT traceId, key
FROM
(
    SELECT
        TraceId AS traceId,
        if({longest:UInt8} = 1, toInt64(max(Duration)), toUnixTimestamp64Nano(max(Timestamp))) AS key
    FROM otel_traces
    WHERE Tenant = {tenant:String}
        AND Timestamp >= fromUnixTimestamp64Milli({sinceMs:Int64})
        AND Timestamp < fromUnixTimestamp64Milli({untilMs:Int64})
        -- span conditions
        AND ({ofAnyTrace:UInt8} = 1 OR TraceId IN
        (
            SELECT s.TraceId
            FROM trace_summaries AS s
            WHERE {ofAnyTrace:UInt8} = 0
                AND s.Tenant = {tenant:String}
                AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64}) - INTERVAL 1 HOUR
                AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64})
            GROUP BY s.TraceId
            HAVING toUnixTimestamp64Nano(max(s.End)) - toUnixTimestamp64Nano(min(s.Start))
                    BETWEEN {minNs:Int64} AND {maxNs:Int64}
                AND length(groupUniqArrayArray(s.Services)) >= {minServices:UInt32}
        ))
    GROUP BY TraceId
)
WHERE (key, traceId) < ({afterKey:Int64}, {afterId:String})
ORDER BY key DESC, traceId DESC
LIMIT {limit:UInt32}
