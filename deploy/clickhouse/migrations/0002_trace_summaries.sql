-- One row a fragment, merged to one row a trace: read it with the functions named in the column types, GROUP BY Tenant, TraceId.
CREATE TABLE IF NOT EXISTS ${local:trace_summaries} ${on_cluster}
(
    Tenant LowCardinality(String) CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    End SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    Received SimpleAggregateFunction(max, DateTime64(3)) COMMENT 'When Kafka took its last span.' CODEC(ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    RootService SimpleAggregateFunction(max, LowCardinality(String)) CODEC(ZSTD(1)),
    RootName SimpleAggregateFunction(max, LowCardinality(String)) CODEC(ZSTD(1)),
    RootDuration SimpleAggregateFunction(max, UInt64) COMMENT 'Nanoseconds.' CODEC(T64, ZSTD(1)),
    Services SimpleAggregateFunction(groupUniqArrayArray, Array(String)) CODEC(ZSTD(1)),
    Fragments SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Reasons SimpleAggregateFunction(groupUniqArrayArray, Array(String)) COMMENT 'Why its fragments were sent: settled, idle, full, cut.' CODEC(ZSTD(1)),
    MissingParents SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    CriticalPath SimpleAggregateFunction(groupArrayArray, Array(Tuple(Service String, Operation String, SelfTime UInt64))) COMMENT 'Nanoseconds of self time; a step may come once a fragment.' CODEC(ZSTD(1)),
    SamplingPolicy SimpleAggregateFunction(max, LowCardinality(String)) CODEC(ZSTD(1)),
    SamplingThreshold SimpleAggregateFunction(max, UInt64) COMMENT 'Rejection threshold as in ot=th, 56 bits.' CODEC(T64, ZSTD(1)),

    INDEX idx_start Start TYPE minmax GRANULARITY 1,
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toDate(Start)
ORDER BY (Tenant, TraceId)
SETTINGS index_granularity = 256, min_compress_block_size = 16384, ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:trace_summaries:cityHash64(TraceId)};
