-- Traces whose summary is not what their rows in otel_traces say, or has fewer fragments or other missing parents than the log.
SELECT format('{}: summary {}, spans {}', trace_id, toString(summary), toString(spans)) AS example
FROM
(
    SELECT
        trace_id,
        maxIf(content, side = 'summary') AS summary, maxIf(content, side = 'spans') AS spans,
        sumIf(fragments, side = 'summary') AS found_fragments, sumIf(fragments, side = 'log') AS log_fragments,
        sumIf(missing, side = 'summary') AS found_missing, sumIf(missing, side = 'log') AS log_missing
    FROM
    (
        SELECT
            TraceId AS trace_id, 'summary' AS side,
            tuple(
                sum(s.Spans), sum(s.Errors), toUnixTimestamp64Nano(min(s.Start)), toUnixTimestamp64Nano(max(s.End)),
                toString(max(s.RootService)), toString(max(s.RootName)), max(s.RootDuration), arraySort(groupUniqArrayArray(s.Services))
            ) AS content,
            sum(s.Fragments) AS fragments, sum(s.MissingParents) AS missing
        FROM trace_summaries AS s
        GROUP BY trace_id
        UNION ALL
        SELECT
            TraceId, 'spans',
            tuple(
                count(), countIf(StatusCode = 'Error'), min(toUnixTimestamp64Nano(Timestamp)), max(toUnixTimestamp64Nano(Timestamp) + toInt64(Duration)),
                maxIf(toString(ServiceName), ParentSpanId = ''), maxIf(toString(SpanName), ParentSpanId = ''), maxIf(Duration, ParentSpanId = ''),
                arraySort(groupUniqArray(toString(ServiceName)))
            ),
            toUInt64(0), toUInt64(0)
        FROM otel_traces
        GROUP BY TraceId
        UNION ALL
        SELECT
            trace_id, 'log',
            tuple(toUInt64(0), toUInt64(0), toInt64(0), toInt64(0), '', '', toUInt64(0), emptyArrayString()),
            count(), sum(missing_parents)
        FROM ${audit}.log_fragments
        GROUP BY trace_id
    )
    GROUP BY trace_id
)
WHERE summary != spans OR (log_fragments > 0 AND (found_fragments < log_fragments OR found_missing != log_missing))
