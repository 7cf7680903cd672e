-- Spans by the rollup of the last minutes, and when the newest stored trace had reached Kafka.
SELECT
    toFloat64(sum(m.Spans)) AS spans,
    (
        SELECT toString(toUnixTimestamp64Milli(max(s.Received)))
        FROM trace_summaries AS s
        WHERE s.Start >= toDateTime({since:UInt32}) - INTERVAL 1 HOUR
    ) AS newestMs
FROM span_metrics AS m
WHERE m.Time >= toDateTime({since:UInt32})
