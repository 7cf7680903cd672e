-- Views for people. Applied again whenever this file changes.

-- Grafana's data source looks a trace's time range up here.
CREATE OR REPLACE VIEW otel_traces_trace_id_ts ${on_cluster} AS
SELECT TraceId, toDateTime(min(s.Start)) AS Start, toDateTime(max(s.End)) AS End
FROM trace_summaries AS s
GROUP BY TraceId;

-- Rate, errors, duration: what a service answered, by minute. Durations in milliseconds.
CREATE OR REPLACE VIEW service_red ${on_cluster} AS
SELECT
    Tenant, ServiceName, Time, Calls, Errors, Errors / Calls AS ErrorRatio,
    quantiles[1] AS P50, quantiles[2] AS P95, quantiles[3] AS P99
FROM
(
    SELECT
        m.Tenant AS Tenant, m.ServiceName AS ServiceName, m.Time AS Time,
        sum(m.Calls) AS Calls, sum(m.Errors) AS Errors,
        arrayMap(
            bucket -> pow(2, (bucket + 0.5) / 8) / 1e6,
            quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(m.Histogram), arrayMap(count -> toUInt64(count * 16), mapValues(m.Histogram)))
        ) AS quantiles
    FROM span_metrics_1m AS m
    WHERE m.SpanKind IN ('Server', 'Consumer')
    GROUP BY Tenant, ServiceName, Time
);

-- The same by operation.
CREATE OR REPLACE VIEW operation_red ${on_cluster} AS
SELECT
    Tenant, ServiceName, SpanName, SpanKind, Time, Calls, Errors, Errors / Calls AS ErrorRatio,
    quantiles[1] AS P50, quantiles[2] AS P95, quantiles[3] AS P99
FROM
(
    SELECT
        m.Tenant AS Tenant, m.ServiceName AS ServiceName, m.SpanName AS SpanName, m.SpanKind AS SpanKind, m.Time AS Time,
        sum(m.Calls) AS Calls, sum(m.Errors) AS Errors,
        arrayMap(
            bucket -> pow(2, (bucket + 0.5) / 8) / 1e6,
            quantilesExactWeightedArray(0.5, 0.95, 0.99)(mapKeys(m.Histogram), arrayMap(count -> toUInt64(count * 16), mapValues(m.Histogram)))
        ) AS quantiles
    FROM span_metrics_1m AS m
    GROUP BY Tenant, ServiceName, SpanName, SpanKind, Time
);

-- Summaries with their fragments merged: one row a trace.
CREATE OR REPLACE VIEW traces ${on_cluster} AS
SELECT
    s.Tenant AS Tenant, s.TraceId AS TraceId, min(s.Start) AS Start, max(s.End) AS End, max(s.Received) AS Received,
    sum(s.Spans) AS Spans, sum(s.Errors) AS Errors,
    max(s.RootService) AS RootService, max(s.RootName) AS RootName, max(s.RootDuration) AS RootDuration,
    groupUniqArrayArray(s.Services) AS Services, sum(s.Fragments) AS Fragments, groupUniqArrayArray(s.Reasons) AS Reasons,
    sum(s.MissingParents) AS MissingParents, groupArrayArray(s.CriticalPath) AS CriticalPath,
    max(s.SamplingPolicy) AS SamplingPolicy, max(s.SamplingThreshold) AS SamplingThreshold
FROM trace_summaries AS s
GROUP BY Tenant, TraceId;
