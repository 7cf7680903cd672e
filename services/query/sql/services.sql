-- What each service did. Calls are what it answered: its Server and Consumer spans. Durations in nanoseconds, each bucket
-- of the histogram (2^(b/8), 2^((b+1)/8)] standing for its middle, as in the views service_red and operation_red.
SELECT
    service, spans, calls, errors,
    arrayMap(
        bucket -> pow(2, (bucket + 0.5) / 8),
        quantilesExactWeightedArray(0.5, 0.95, 0.99)(
            mapKeys(histogram),
            arrayMap(count -> toUInt64(count * 16), mapValues(histogram))
        )
    ) AS quantiles
FROM
(
    SELECT
        m.ServiceName AS service,
        toFloat64(sum(m.Spans)) AS spans,
        sumIf(m.Calls, m.SpanKind IN ('Server', 'Consumer')) AS calls,
        sumIf(m.Errors, m.SpanKind IN ('Server', 'Consumer')) AS errors,
        sumMapIf(m.Histogram, m.SpanKind IN ('Server', 'Consumer')) AS histogram
    FROM {table:Identifier} AS m
    WHERE m.Tenant = {tenant:String}
        AND m.Time >= toDateTime({since:UInt32})
        AND m.Time < toDateTime({until:UInt32})
    GROUP BY service
)
GROUP BY service, spans, calls, errors
ORDER BY calls DESC, spans DESC, service
