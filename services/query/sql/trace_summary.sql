-- A trace's fragments as one row; none where the trace is unknown.
SELECT
    toUInt32(sum(s.Spans)) AS spans,
    toUInt32(sum(s.Fragments)) AS fragments,
    lower(hex(cityHash64(sum(s.Spans), sum(s.Fragments), max(s.End), max(s.Received)))) AS version,
    arrayMap(
        step -> (step.1, step.2, toString(step.3)),
        groupArrayArray(s.CriticalPath)
    ) AS criticalPath
FROM trace_summaries AS s
WHERE s.Tenant = {tenant:String} AND s.TraceId = {traceId:String}
HAVING count() > 0
