-- The traces of the newest spans that meet the conditions, with how many of those spans are theirs.
SELECT traceId, toUInt32(count()) AS spans
FROM
(
    SELECT TraceId AS traceId, Timestamp AS time
    FROM otel_traces
    WHERE Tenant = {tenant:String}
        AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
        AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
        AND (/* conditions */ 1)
    ORDER BY Timestamp DESC
    LIMIT {spans:UInt32}
)
GROUP BY traceId
ORDER BY max(time) DESC, traceId
LIMIT {traces:UInt32}
