-- What was counted of each edge since the origin; integers as in span_counters.sql.
SELECT
    e.Client AS client,
    e.Server AS server,
    e.ConnectionType AS connectionType,
    sum(e.Calls) AS calls,
    sum(e.Errors) AS errors,
    toFloat64(sum(toInt128(round(e.ClientDurationSum)))) AS clientDurationSum,
    toFloat64(sum(toInt128(round(e.ServerDurationSum)))) AS serverDurationSum,
    sumMap(e.ClientHistogram) AS clientHistogram,
    sumMap(e.ServerHistogram) AS serverHistogram
FROM service_edges_1m AS e
WHERE e.Tenant = {tenant:String} AND e.Time >= toDateTime({origin:UInt32})
GROUP BY client, server, connectionType
ORDER BY client, server, connectionType
LIMIT {limit:UInt32}
