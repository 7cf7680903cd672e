-- Who called whom. Quantiles as in services.sql; the two ends see different durations, and one that reported nothing has none.
SELECT
    client, server, connectionType, calls, errors, clientDurationSum, serverDurationSum,
    arrayMap(
        bucket -> pow(2, (bucket + 0.5) / 8),
        quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
            mapKeys(clientHistogram),
            arrayMap(count -> toUInt64(count * 16), mapValues(clientHistogram))
        )
    ) AS clientQuantiles,
    arrayMap(
        bucket -> pow(2, (bucket + 0.5) / 8),
        quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
            mapKeys(serverHistogram),
            arrayMap(count -> toUInt64(count * 16), mapValues(serverHistogram))
        )
    ) AS serverQuantiles,
    arraySum(mapValues(clientHistogram)) AS clientCalls,
    arraySum(mapValues(serverHistogram)) AS serverCalls
FROM
(
    SELECT
        e.Client AS client,
        e.Server AS server,
        e.ConnectionType AS connectionType,
        sum(e.Calls) AS calls,
        sum(e.Errors) AS errors,
        sum(e.ClientDurationSum) AS clientDurationSum,
        sum(e.ServerDurationSum) AS serverDurationSum,
        sumMap(e.ClientHistogram) AS clientHistogram,
        sumMap(e.ServerHistogram) AS serverHistogram
    FROM {table:Identifier} AS e
    WHERE e.Tenant = {tenant:String}
        AND e.Time >= toDateTime({since:UInt32})
        AND e.Time < toDateTime({until:UInt32})
        AND ({service:String} = '' OR e.Client = {service:String} OR e.Server = {service:String})
    GROUP BY client, server, connectionType
)
GROUP BY
    client, server, connectionType, calls, errors, clientDurationSum, serverDurationSum, clientHistogram, serverHistogram
ORDER BY calls DESC, client, server, connectionType
LIMIT {limit:UInt32}
