-- Traces in more fragments than the log justifies: its records, read again by the rules of assembly (expected_assembly.ts).
SELECT format('{}, {} fragments where the log justifies {}', trace_id, toString(found), toString(justified)) AS example
FROM
(
    SELECT trace_id, sum(stored) AS found, sum(expected) AS justified
    FROM
    (
        SELECT TraceId AS trace_id, Fragments AS stored, toUInt64(0) AS expected FROM trace_summaries
        UNION ALL
        SELECT trace_id, toUInt64(0), toUInt64(1) FROM ${audit}.log_fragments
    )
    GROUP BY trace_id
)
WHERE found > justified AND justified > 0
