-- Traces by their ids, the summaries of their fragments merged.
SELECT
    s.TraceId AS traceId,
    toString(toUnixTimestamp64Nano(min(s.Start))) AS startNs,
    toString(toUnixTimestamp64Nano(max(s.End))) AS endNs,
    toUInt32(sum(s.Spans)) AS spans,
    toUInt32(sum(s.Errors)) AS errors,
    max(s.RootService) AS rootService,
    max(s.RootName) AS rootName
FROM trace_summaries AS s
WHERE s.Tenant = {tenant:String} AND s.TraceId IN {traceIds:Array(String)}
GROUP BY s.TraceId
