-- One row a span. Every column name and type of the OpenTelemetry exporter's table is kept, so that its SQL and Grafana's
-- data source work; the columns from Tenant on are ours. Order, codecs and indices are measured: see RATIONALE.md.
CREATE TABLE IF NOT EXISTS ${local:otel_traces} ${on_cluster}
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 262144, max_compress_block_size = 1048576),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 262144, max_compress_block_size = 1048576),
    TraceState LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 COMMENT 'Nanoseconds.' CODEC(T64, ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested
    (
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested
    (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),

    Tenant LowCardinality(String) DEFAULT 'default' CODEC(ZSTD(1)),
    Weight Float64 DEFAULT 1 COMMENT 'Spans that this one stands for, as its sampling says.' CODEC(ZSTD(1)),
    Flags UInt32 DEFAULT 0 COMMENT 'W3C trace flags and OTLP context flags, as received.' CODEC(ZSTD(1)),
    ReportedTimestamp UInt64 DEFAULT 0 COMMENT 'Unix ns as reported where a wild clock made us store another start; else 0.' CODEC(ZSTD(1)),
    Fragment UInt32 DEFAULT 0 COMMENT 'Fragments of the trace that were sent before the one this span came in.' CODEC(ZSTD(1)),

    ResourceAttributeItems Array(String) ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
    SpanAttributeItems Array(String) ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(SpanAttributes), mapValues(SpanAttributes)),

    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1,
    INDEX idx_ts Timestamp TYPE minmax GRANULARITY 1
)
ENGINE = ${engine:MergeTree}
PARTITION BY toDate(Timestamp)
PRIMARY KEY (toStartOfFifteenMinutes(Timestamp), Tenant, ServiceName, SpanName)
ORDER BY (toStartOfFifteenMinutes(Timestamp), Tenant, ServiceName, SpanName, Timestamp)
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, ${deduplication}, ${merging};

${distributed:otel_traces:cityHash64(TraceId)};
