-- Calls, errors and durations of each operation, by the start times of its spans: deltas of 10 s windows are inserted, and
-- summed up to minutes and hours by views. A correction for an old window is one more row, at any time.
-- Durations are in nanoseconds. Histogram: exponential, scale 3: key b counts durations in (2^(b/8), 2^((b+1)/8)].
-- Slowest and Newest name one span each (of the rows with StatusCode = 'Error': the newest error); '' where none is known.
CREATE TABLE IF NOT EXISTS ${local:span_metrics} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    Dimensions Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Time DateTime CODEC(Delta(4), ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Histogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    CriticalPathTime SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Slowest SimpleAggregateFunction(max, Tuple(Duration UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1)),
    Newest SimpleAggregateFunction(max, Tuple(StartMs UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toDate(Time)
ORDER BY (Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, Time)
SETTINGS ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:span_metrics:cityHash64(ServiceName, SpanName)};

CREATE TABLE IF NOT EXISTS ${local:span_metrics_1m} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    Dimensions Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Time DateTime CODEC(Delta(4), ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Histogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    CriticalPathTime SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Slowest SimpleAggregateFunction(max, Tuple(Duration UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1)),
    Newest SimpleAggregateFunction(max, Tuple(StartMs UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toDate(Time)
ORDER BY (Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, Time)
SETTINGS ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:span_metrics_1m:cityHash64(ServiceName, SpanName)};

CREATE TABLE IF NOT EXISTS ${local:span_metrics_1h} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    Dimensions Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Time DateTime CODEC(Delta(4), ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Histogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    CriticalPathTime SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Slowest SimpleAggregateFunction(max, Tuple(Duration UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1)),
    Newest SimpleAggregateFunction(max, Tuple(StartMs UInt64, TraceId String, SpanId String)) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(Time)
ORDER BY (Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, Time)
SETTINGS ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:span_metrics_1h:cityHash64(ServiceName, SpanName)};

CREATE MATERIALIZED VIEW IF NOT EXISTS ${local:span_metrics_1m_mv} ${on_cluster} TO ${local:span_metrics_1m} AS
SELECT
    Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, toStartOfMinute(Time) AS Time,
    sum(Spans) AS Spans, sum(Calls) AS Calls, sum(Errors) AS Errors, sum(DurationSum) AS DurationSum,
    sumMap(Histogram) AS Histogram, sum(CriticalPathTime) AS CriticalPathTime,
    max(Slowest) AS Slowest, max(Newest) AS Newest
FROM ${local:span_metrics}
GROUP BY Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, Time;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${local:span_metrics_1h_mv} ${on_cluster} TO ${local:span_metrics_1h} AS
SELECT
    Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, toStartOfHour(Time) AS Time,
    sum(Spans) AS Spans, sum(Calls) AS Calls, sum(Errors) AS Errors, sum(DurationSum) AS DurationSum,
    sumMap(Histogram) AS Histogram, sum(CriticalPathTime) AS CriticalPathTime,
    max(Slowest) AS Slowest, max(Newest) AS Newest
FROM ${local:span_metrics_1m}
GROUP BY Tenant, ServiceName, SpanName, SpanKind, StatusCode, Dimensions, Time;

-- What there is to choose from: each operation with the time of its first and last call.
CREATE TABLE IF NOT EXISTS ${local:operations} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    FirstSeen SimpleAggregateFunction(min, DateTime) CODEC(ZSTD(1)),
    LastSeen SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
ORDER BY (Tenant, ServiceName, SpanName, SpanKind)
SETTINGS ${deduplication}, ${merging};

${distributed:operations:cityHash64(ServiceName, SpanName)};

CREATE MATERIALIZED VIEW IF NOT EXISTS ${local:operations_mv} ${on_cluster} TO ${local:operations} AS
SELECT Tenant, ServiceName, SpanName, SpanKind, min(Time) AS FirstSeen, max(Time) AS LastSeen
FROM ${local:span_metrics}
GROUP BY Tenant, ServiceName, SpanName, SpanKind;
