-- Who called whom how often. Calls are weighted, so a sampled one stands for several.
SELECT
    e.Client AS client,
    e.Server AS server,
    sum(e.Calls) AS calls,
    sum(e.Errors) AS errors
FROM service_edges_1m AS e
WHERE e.Tenant = {tenant:String}
    AND e.Time >= toStartOfMinute(toDateTime({since:UInt32}))
    AND e.Time < toDateTime({until:UInt32})
GROUP BY client, server
ORDER BY client, server
