-- Spans by the rollup of the last minutes, and its newest window; 0 where there is none.
SELECT toFloat64(sum(m.Spans)) AS spans, toUInt32(toUnixTimestamp(max(m.Time))) AS newestSeconds
FROM span_metrics AS m
WHERE m.Time >= toDateTime({since:UInt32})
