-- What each operation of a service did, and its points in time; spans of any kind are calls of their operation. Quantiles as in
-- services.sql. Slowest and Newest name a span each, Newest being the newest error.
SELECT
    operation, kind, spans, calls, errors, durationSum, criticalPathTime, slowest, newestError, points,
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
        operation, kind,
        sum(pointSpans) AS spans, sum(pointCalls) AS calls, sum(pointErrors) AS errors, sum(pointDuration) AS durationSum,
        sum(pointCriticalPath) AS criticalPathTime,
        sumMap(pointHistogram) AS histogram,
        max(pointSlowest).2 AS slowest,
        max(pointNewestError).2 AS newestError,
        groupArray((point, pointCalls, pointErrors)) AS points
    FROM
    (
        SELECT
            m.SpanName AS operation,
            m.SpanKind AS kind,
            toUInt32(intDiv(toUnixTimestamp(m.Time) - {firstPoint:UInt32}, {pointSeconds:UInt32})) AS point,
            toFloat64(sum(m.Spans)) AS pointSpans,
            sum(m.Calls) AS pointCalls,
            sum(m.Errors) AS pointErrors,
            sum(m.DurationSum) AS pointDuration,
            sum(m.CriticalPathTime) AS pointCriticalPath,
            sumMap(m.Histogram) AS pointHistogram,
            max(m.Slowest) AS pointSlowest,
            maxIf(m.Newest, m.StatusCode = 'Error') AS pointNewestError
        FROM {table:Identifier} AS m
        WHERE m.Tenant = {tenant:String}
            AND m.ServiceName = {service:String}
            AND m.Time >= toDateTime({since:UInt32})
            AND m.Time < toDateTime({until:UInt32})
        GROUP BY operation, kind, point
    )
    GROUP BY operation, kind
)
GROUP BY operation, kind, spans, calls, errors, durationSum, criticalPathTime, slowest, newestError, points
ORDER BY calls DESC, operation, kind
LIMIT {limit:UInt32}
