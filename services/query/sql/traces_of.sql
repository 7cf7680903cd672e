-- Traces by their ids, fragments merged. The bounds leave days unread on which no fragment of theirs can have begun.
SELECT
    s.TraceId AS traceId,
    toString(toUnixTimestamp64Nano(min(s.Start))) AS startNs,
    toString(toUnixTimestamp64Nano(max(s.End))) AS endNs,
    max(s.RootService) AS rootService,
    max(s.RootName) AS rootName,
    toString(max(s.RootDuration)) AS rootDurationNs,
    arraySort(groupUniqArrayArray(s.Services)) AS services,
    toUInt32(sum(s.Spans)) AS spans,
    toUInt32(sum(s.Errors)) AS errors
FROM trace_summaries AS s
WHERE s.Tenant = {tenant:String}
    AND s.TraceId IN {traceIds:Array(String)}
    AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64}) - INTERVAL 1 DAY
    AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64}) + INTERVAL 1 DAY
GROUP BY s.TraceId
