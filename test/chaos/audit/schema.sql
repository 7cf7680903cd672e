-- What the audit knows of what was sent (the ledger), of what the log holds, and what follows from both.
CREATE DATABASE ${audit};

-- The files of the ledger (ledger.ts), column by column.
CREATE TABLE ${audit}.sent_spans
(
    trace_id String,
    span_id String,
    parent_id String,
    service LowCardinality(String),
    name String,
    operation LowCardinality(String),
    kind LowCardinality(String),
    status LowCardinality(String),
    start_ms Int64,
    duration_ms Int64,
    weight Float64,
    peer LowCardinality(String),
    peer_type LowCardinality(String),
    request UInt64
)
ENGINE = MergeTree ORDER BY (trace_id, span_id);

CREATE TABLE ${audit}.sent_requests
(
    request UInt64,
    sent_at_ms Int64,
    answered_at_ms Int64,
    outcome LowCardinality(String),
    attempts UInt32,
    ambiguous UInt32
)
ENGINE = MergeTree ORDER BY request;

-- Every span of the spans topic; a run is named by the offset of its first record. is_repeat: its run had it already.
CREATE TABLE ${audit}.log_spans
(
    trace_id String,
    span_id String,
    partition UInt32,
    offset UInt64,
    append_ms Int64,
    stream_ms Int64,
    run UInt64,
    is_repeat UInt8
)
ENGINE = MergeTree ORDER BY (trace_id, span_id, offset);

-- The fragments that the log justifies. missing_parents: of its spans, those whose parent the run did not know yet.
CREATE TABLE ${audit}.log_fragments
(
    trace_id String,
    run UInt64,
    fragment UInt32,
    spans UInt64,
    missing_parents UInt64
)
ENGINE = MergeTree ORDER BY (trace_id, run, fragment);

CREATE TABLE ${audit}.poisons (kind String, topic String, partition UInt32, offset UInt64) ENGINE = MergeTree ORDER BY (topic, partition, offset);
CREATE TABLE ${audit}.letters (id String, reason String, topic String, partition UInt32, offset UInt64) ENGINE = MergeTree ORDER BY (topic, partition, offset);

-- How metrics are to call a span of this name.
CREATE TABLE ${audit}.operations (name String, operation String) ENGINE = MergeTree ORDER BY name;

-- What became of each span.
CREATE TABLE ${audit}.verdicts
(
    trace_id String,
    span_id String,
    request UInt64 COMMENT '0 where nobody sent it.',
    outcome LowCardinality(String),
    sent_at_ms Int64,
    rows UInt32 COMMENT 'In otel_traces.',
    seen UInt32 COMMENT 'In the log.',
    taken UInt32 COMMENT 'In the log without repetitions.',
    is_altered UInt8
)
ENGINE = MergeTree ORDER BY (trace_id, span_id);

-- The spans of each run as otel_traces has them, and who called whom among them.
CREATE TABLE ${audit}.run_spans
(
    trace_id String,
    run UInt64,
    span_id String,
    parent_id String,
    tenant LowCardinality(String),
    service LowCardinality(String),
    kind LowCardinality(String),
    is_error UInt8,
    time DateTime64(9),
    duration UInt64,
    weight Float64,
    peer LowCardinality(String),
    peer_type LowCardinality(String)
)
ENGINE = MergeTree ORDER BY (trace_id, run, span_id);

CREATE TABLE ${audit}.calls
(
    trace_id String,
    run UInt64,
    parent_span String COMMENT 'Empty where it is not the near end of a call.',
    child_span String COMMENT 'Empty where it is not the far end of a call.',
    tenant LowCardinality(String),
    client LowCardinality(String),
    server LowCardinality(String),
    type LowCardinality(String),
    time DateTime64(9),
    weight Float64,
    is_error UInt8,
    client_duration Float64,
    server_duration Float64
)
ENGINE = MergeTree ORDER BY (trace_id, run);
