-- The names of spans as they were sent.
SELECT DISTINCT SpanName AS name
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
    AND (/* conditions */ 1)
LIMIT 100000
