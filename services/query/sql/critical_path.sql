-- Where the time of traces that begin with an operation went, for all of them and for the slowest: the steps of their critical
-- paths, summed. Of a trace in several fragments the one with the root counts.
WITH
    (
        SELECT toUInt64(quantileExact({slowest:Float64})(c.RootDuration))
        FROM trace_summaries AS c
        WHERE c.Tenant = {tenant:String}
            AND c.Start >= fromUnixTimestamp64Milli({sinceMs:Int64})
            AND c.Start < fromUnixTimestamp64Milli({untilMs:Int64})
            AND c.RootService = {service:String}
            AND ({operation:String} = '' OR match(c.RootName, {operation:String}))
    ) AS threshold
SELECT
    step.1 AS service,
    step.2 AS operation,
    toFloat64(count()) AS traces,
    toFloat64(countIf(s.RootDuration >= threshold)) AS slowestTraces,
    toFloat64(sum(step.3)) AS timeNs,
    toFloat64(sumIf(step.3, s.RootDuration >= threshold)) AS slowestTimeNs
FROM trace_summaries AS s
ARRAY JOIN arrayConcat([('', '', s.RootDuration)], s.CriticalPath) AS step
WHERE s.Tenant = {tenant:String}
    AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64})
    AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64})
    AND s.RootService = {service:String}
    AND ({operation:String} = '' OR match(s.RootName, {operation:String}))
GROUP BY service, operation
ORDER BY timeNs DESC, service, operation
LIMIT {limit:UInt32}
