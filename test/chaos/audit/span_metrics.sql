-- Windows of ${table} that are not what a count over otel_traces gives. Sums of weights and durations are floating point; one that
-- is no number is none of them.
SELECT
    format('${table} {} {} {} {} {}: {} but the spans say {}', toString(Time), ServiceName, SpanName, SpanKind, StatusCode,
        toString((found_spans, found_calls, found_errors, found_duration)), toString((spans, calls, errors, duration))) AS example
FROM
(
    SELECT
        Tenant, ServiceName, SpanName, SpanKind, StatusCode, Time,
        sumIf(Spans, side = 1) AS found_spans, sumIf(Spans, side = 0) AS spans,
        sumIf(Calls, side = 1) AS found_calls, sumIf(Calls, side = 0) AS calls,
        sumIf(Errors, side = 1) AS found_errors, sumIf(Errors, side = 0) AS errors,
        sumIf(DurationSum, side = 1) AS found_duration, sumIf(DurationSum, side = 0) AS duration,
        sumIf(InHistogram, side = 1) AS found_in_histogram
    FROM
    (
        SELECT
            1 AS side, Tenant, ServiceName, toString(SpanName) AS SpanName, SpanKind, StatusCode, Time,
            Spans, Calls, Errors, DurationSum, arraySum(mapValues(Histogram)) AS InHistogram
        FROM ${table}
        UNION ALL
        SELECT
            0, Tenant, ServiceName, if(o.operation = '', toString(t.SpanName), o.operation), SpanKind, StatusCode,
            toDateTime(toStartOfInterval(Timestamp, INTERVAL ${step})),
            toUInt64(count()), sum(Weight), sumIf(Weight, StatusCode = 'Error'), sum(Duration * Weight), 0.
        FROM otel_traces AS t
        LEFT JOIN ${audit}.operations AS o ON o.name = t.SpanName
        GROUP BY ALL
    )
    GROUP BY Tenant, ServiceName, SpanName, SpanKind, StatusCode, Time
)
WHERE found_spans != spans
    OR NOT abs(found_calls - calls) <= 1e-9 * calls
    OR NOT abs(found_errors - errors) <= 1e-9 * calls
    OR NOT abs(found_duration - duration) <= 1e-9 * duration
    OR NOT abs(found_in_histogram - calls) <= 1e-9 * calls
