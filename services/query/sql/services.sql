-- What each service did, and its points in time. Calls are what it answered: its Server and Consumer spans. Durations in
-- nanoseconds, each bucket of the histogram (2^(b/8), 2^((b+1)/8)] standing for its middle, as in the views service_red and
-- operation_red.
SELECT
    service, spans, calls, errors, durationSum, points,
    arrayMap(
        bucket -> pow(2, (bucket + 0.5) / 8),
        quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
            mapKeys(histogram),
            arrayMap(count -> toUInt64(count * 16), mapValues(histogram))
        )
    ) AS quantiles
FROM
(
    SELECT
        service,
        sum(pointSpans) AS spans, sum(pointCalls) AS calls, sum(pointErrors) AS errors, sum(pointDuration) AS durationSum,
        sumMap(pointHistogram) AS histogram,
        groupArray((point, pointCalls, pointErrors)) AS points
    FROM
    (
        SELECT
            m.ServiceName AS service,
            toUInt32(intDiv(toUnixTimestamp(m.Time) - {firstPoint:UInt32}, {pointSeconds:UInt32})) AS point,
            toFloat64(sum(m.Spans)) AS pointSpans,
            sumIf(m.Calls, m.SpanKind IN ('Server', 'Consumer')) AS pointCalls,
            sumIf(m.Errors, m.SpanKind IN ('Server', 'Consumer')) AS pointErrors,
            sumIf(m.DurationSum, m.SpanKind IN ('Server', 'Consumer')) AS pointDuration,
            sumMapIf(m.Histogram, m.SpanKind IN ('Server', 'Consumer')) AS pointHistogram
        FROM {table:Identifier} AS m
        WHERE m.Tenant = {tenant:String}
            AND m.Time >= toDateTime({since:UInt32})
            AND m.Time < toDateTime({until:UInt32})
        GROUP BY service, point
    )
    GROUP BY service
)
GROUP BY service, spans, calls, errors, durationSum, points
ORDER BY calls DESC, spans DESC, service
