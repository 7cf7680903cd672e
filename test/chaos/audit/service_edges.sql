-- Windows of ${table} that are not what the spans of each run give: their calls to each other, and to the peer that a client,
-- producer or consumer names where nobody of the run is at the other end.
SELECT
    format('${table} {} {} -> {} ({}): {} but the spans say {}', toString(Time), Client, Server, ConnectionType,
        toString((found_calls, found_errors, found_client, found_server)), toString((calls, errors, client, server))) AS example
FROM
(
    SELECT
        Tenant, Client, Server, ConnectionType, Time,
        sumIf(Calls, side = 1) AS found_calls, sumIf(Calls, side = 0) AS calls,
        sumIf(Errors, side = 1) AS found_errors, sumIf(Errors, side = 0) AS errors,
        sumIf(ClientDurationSum, side = 1) AS found_client, sumIf(ClientDurationSum, side = 0) AS client,
        sumIf(ServerDurationSum, side = 1) AS found_server, sumIf(ServerDurationSum, side = 0) AS server
    FROM
    (
        SELECT 1 AS side, Tenant, Client, Server, ConnectionType, Time, Calls, Errors, ClientDurationSum, ServerDurationSum
        FROM ${table}
        UNION ALL
        SELECT
            0, tenant, client, server, type, toDateTime(toStartOfInterval(time, INTERVAL ${step})),
            weight, weight * is_error, client_duration, server_duration
        FROM ${audit}.calls
        WHERE client != server
        UNION ALL
        SELECT
            0, tenant, if(kind = 'Consumer', peer, service), if(kind = 'Consumer', service, peer), peer_type,
            toDateTime(toStartOfInterval(time, INTERVAL ${step})), weight, weight * is_error,
            if(kind = 'Consumer', 0, duration * weight), if(kind = 'Consumer', duration * weight, 0)
        FROM ${audit}.run_spans
        WHERE peer != ''
            AND (trace_id, run, span_id) NOT IN (SELECT trace_id, run, parent_span FROM ${audit}.calls WHERE parent_span != '')
            AND (trace_id, run, span_id) NOT IN (SELECT trace_id, run, child_span FROM ${audit}.calls WHERE child_span != '')
    )
    GROUP BY Tenant, Client, Server, ConnectionType, Time
)
WHERE NOT abs(found_calls - calls) <= 1e-9 * calls
    OR NOT abs(found_errors - errors) <= 1e-9 * calls
    OR NOT abs(found_client - client) <= 1e-9 * client
    OR NOT abs(found_server - server) <= 1e-9 * server
