-- More than one row, whatever the client was told. Where the log itself holds it in as many runs, its client (or a spool) repeated
-- it after its trace was forgotten; else the pipeline did it.
SELECT
    format('{}/{}, {} rows, new in the log at {} (partition:offset), {} s of stream time apart',
        v.trace_id, v.span_id, toString(v.rows), arrayStringConcat(places, ', '), toString((last_ms - first_ms) / 1000)) AS example
FROM (SELECT trace_id, span_id, rows FROM ${audit}.verdicts WHERE request != 0 AND rows > 1) AS v
LEFT JOIN
(
    SELECT
        trace_id, span_id, min(stream_ms) AS first_ms, max(stream_ms) AS last_ms,
        arraySort(groupArray(format('{}:{}', toString(partition), toString(offset)))) AS places
    FROM ${audit}.log_spans
    WHERE NOT is_repeat AND (trace_id, span_id) IN (SELECT trace_id, span_id FROM ${audit}.verdicts WHERE request != 0 AND rows > 1)
    GROUP BY trace_id, span_id
) AS l ON l.trace_id = v.trace_id AND l.span_id = v.span_id
