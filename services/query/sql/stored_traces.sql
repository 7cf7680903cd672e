-- Which of these traces are stored.
SELECT DISTINCT s.TraceId AS traceId
FROM trace_summaries AS s
WHERE s.Tenant = {tenant:String} AND s.TraceId IN {traceIds:Array(String)}
