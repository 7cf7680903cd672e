-- Who calls whom: deltas of 10 s windows, summed up to minutes. Client and Server are services, or what an uninstrumented
-- peer (a database, a queue, a host) is known by. Durations are in nanoseconds, histograms as in span_metrics.
CREATE TABLE IF NOT EXISTS ${local:service_edges} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    Client LowCardinality(String) CODEC(ZSTD(1)),
    Server LowCardinality(String) CODEC(ZSTD(1)),
    ConnectionType LowCardinality(String) CODEC(ZSTD(1)),
    Time DateTime CODEC(Delta(4), ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ClientDurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ServerDurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ClientHistogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    ServerHistogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toDate(Time)
ORDER BY (Tenant, Client, Server, ConnectionType, Time)
SETTINGS ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:service_edges:cityHash64(Client, Server)};

CREATE TABLE IF NOT EXISTS ${local:service_edges_1m} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    Client LowCardinality(String) CODEC(ZSTD(1)),
    Server LowCardinality(String) CODEC(ZSTD(1)),
    ConnectionType LowCardinality(String) CODEC(ZSTD(1)),
    Time DateTime CODEC(Delta(4), ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ClientDurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ServerDurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    ClientHistogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    ServerHistogram SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toDate(Time)
ORDER BY (Tenant, Client, Server, ConnectionType, Time)
SETTINGS ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:service_edges_1m:cityHash64(Client, Server)};

CREATE MATERIALIZED VIEW IF NOT EXISTS ${local:service_edges_1m_mv} ${on_cluster} TO ${local:service_edges_1m} AS
SELECT
    Tenant, Client, Server, ConnectionType, toStartOfMinute(Time) AS Time,
    sum(Calls) AS Calls, sum(Errors) AS Errors,
    sum(ClientDurationSum) AS ClientDurationSum, sum(ServerDurationSum) AS ServerDurationSum,
    sumMap(ClientHistogram) AS ClientHistogram, sumMap(ServerHistogram) AS ServerHistogram
FROM ${local:service_edges}
GROUP BY Tenant, Client, Server, ConnectionType, Time;
