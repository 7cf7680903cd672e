-- How long each table keeps its rows. Applied again whenever a number changes.
ALTER TABLE ${local:otel_traces} ${on_cluster} MODIFY TTL toDateTime(Timestamp) + INTERVAL ${ttl_traces_days} DAY;
-- A day more than the spans: a trace that can be opened can be found.
ALTER TABLE ${local:trace_summaries} ${on_cluster} MODIFY TTL toDateTime(Start) + INTERVAL ${ttl_traces_days} DAY + INTERVAL 1 DAY;
ALTER TABLE ${local:span_metrics} ${on_cluster} MODIFY TTL Time + INTERVAL ${ttl_metrics_10s_days} DAY;
ALTER TABLE ${local:span_metrics_1m} ${on_cluster} MODIFY TTL Time + INTERVAL ${ttl_metrics_1m_days} DAY;
ALTER TABLE ${local:span_metrics_1h} ${on_cluster} MODIFY TTL Time + INTERVAL ${ttl_metrics_1h_days} DAY;
ALTER TABLE ${local:operations} ${on_cluster} MODIFY TTL LastSeen + INTERVAL ${ttl_metrics_1h_days} DAY;
ALTER TABLE ${local:service_edges} ${on_cluster} MODIFY TTL Time + INTERVAL ${ttl_metrics_10s_days} DAY;
ALTER TABLE ${local:service_edges_1m} ${on_cluster} MODIFY TTL Time + INTERVAL ${ttl_metrics_1m_days} DAY;
