-- Calls, errors and durations by points in time, of all that the conditions leave. Quantiles as in services.sql.
SELECT
    point, calls, errors, durationSum,
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
        toUInt32(intDiv(toUnixTimestamp(m.Time) - {firstPoint:UInt32}, {pointSeconds:UInt32})) AS point,
        sum(m.Calls) AS calls,
        sum(m.Errors) AS errors,
        sum(m.DurationSum) AS durationSum,
        sumMap(m.Histogram) AS histogram
    FROM {table:Identifier} AS m
    WHERE m.Tenant = {tenant:String}
        AND m.Time >= toDateTime({firstPoint:UInt32})
        AND m.Time < toDateTime({until:UInt32})
        AND ({service:String} = '' OR m.ServiceName = {service:String})
        AND ({operation:String} = '' OR m.SpanName = {operation:String})
        AND (empty({kinds:Array(String)}) OR has({kinds:Array(String)}, m.SpanKind))
    GROUP BY point
)
GROUP BY point, calls, errors, durationSum
ORDER BY point
