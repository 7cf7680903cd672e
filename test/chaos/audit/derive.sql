-- From ledger, log and span table to verdicts and calls: one of ${passes} parts of all traces.
INSERT INTO ${audit}.verdicts
SELECT
    spans.trace_id, spans.span_id, spans.request,
    -- A request without a line was under way when the load ended.
    if(spans.request = 0, '', if(requests.outcome = '', 'unknown', requests.outcome)) AS outcome,
    requests.sent_at_ms, spans.rows, spans.seen, spans.taken,
    spans.request != 0 AND spans.rows > 0 AND spans.as_sent != spans.as_stored AS is_altered
FROM
(
    SELECT
        trace_id, span_id,
        max(sender) AS request, sum(in_table) AS rows, sum(in_log) AS seen, sum(fresh) AS taken,
        anyIf(content, sender != 0) AS as_sent, anyIf(content, in_table = 1) AS as_stored
    FROM
    (
        SELECT
            trace_id, span_id, request AS sender, 0 AS in_table, 0 AS in_log, 0 AS fresh,
            cityHash64(parent_id, service, name, kind, status, start_ms, duration_ms, weight) AS content
        FROM ${audit}.sent_spans
        WHERE cityHash64(trace_id) % ${passes} = ${pass}
        UNION ALL
        SELECT
            TraceId, SpanId, toUInt64(0), 1, 0, 0,
            cityHash64(
                ParentSpanId, ServiceName, SpanName, SpanKind, StatusCode,
                -- As it was sent; the sender's nanoseconds are rounded.
                toInt64(round(if(ReportedTimestamp != 0, ReportedTimestamp, toUInt64(toUnixTimestamp64Nano(Timestamp))) / 1e6)),
                toInt64(round(Duration / 1e6)), Weight)
        FROM otel_traces
        WHERE cityHash64(TraceId) % ${passes} = ${pass}
        UNION ALL
        SELECT trace_id, span_id, toUInt64(0), 0, 1, toUInt8(NOT is_repeat), toUInt64(0)
        FROM ${audit}.log_spans
        WHERE cityHash64(trace_id) % ${passes} = ${pass}
    )
    GROUP BY trace_id, span_id
) AS spans
LEFT JOIN ${audit}.sent_requests AS requests ON requests.request = spans.request;

INSERT INTO ${audit}.run_spans
SELECT
    taken.trace_id, taken.run, taken.span_id, stored.ParentSpanId, stored.Tenant, stored.ServiceName, stored.SpanKind,
    stored.StatusCode = 'Error', stored.Timestamp, stored.Duration, stored.Weight, sent.peer, sent.peer_type
FROM (SELECT trace_id, run, span_id FROM ${audit}.log_spans WHERE NOT is_repeat AND cityHash64(trace_id) % ${passes} = ${pass}) AS taken
INNER JOIN
(
    SELECT TraceId, SpanId, ParentSpanId, Tenant, ServiceName, SpanKind, StatusCode, Timestamp, Duration, Weight
    FROM otel_traces WHERE cityHash64(TraceId) % ${passes} = ${pass}
    LIMIT 1 BY TraceId, SpanId
) AS stored ON stored.TraceId = taken.trace_id AND stored.SpanId = taken.span_id
LEFT JOIN (SELECT trace_id, span_id, peer, peer_type FROM ${audit}.sent_spans WHERE cityHash64(trace_id) % ${passes} = ${pass}) AS sent
    ON sent.trace_id = taken.trace_id AND sent.span_id = taken.span_id;

-- A parent and a child are a call where a client or producer meets a server or consumer, or where their services differ.
INSERT INTO ${audit}.calls
SELECT
    child.trace_id, child.run,
    if(parent.kind IN ('Client', 'Producer'), parent.span_id, ''),
    if(child.kind IN ('Server', 'Consumer'), child.span_id, ''),
    child.tenant, parent.service, child.service,
    multiIf(NOT is_call, 'unknown', parent.kind = 'Producer' OR child.kind = 'Consumer', 'messaging', 'rpc'),
    if(is_call, parent.time, child.time),
    if(is_call, parent.weight, child.weight) AS weight,
    child.is_error OR (is_call AND parent.is_error),
    if(is_call, parent.duration * weight, 0),
    child.duration * weight
FROM (SELECT *, parent_id AS called_by FROM ${audit}.run_spans WHERE cityHash64(trace_id) % ${passes} = ${pass} AND parent_id != '') AS child
INNER JOIN (SELECT * FROM ${audit}.run_spans WHERE cityHash64(trace_id) % ${passes} = ${pass}) AS parent
    ON parent.trace_id = child.trace_id AND parent.run = child.run AND parent.span_id = child.called_by
WHERE (parent.kind IN ('Client', 'Producer') AND child.kind IN ('Server', 'Consumer') AS is_call) OR parent.service != child.service;
