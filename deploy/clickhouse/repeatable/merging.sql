-- Spans, and the summaries that come with them, are inserted by far the most often: more parts at once are merged less often. Why: RATIONALE.md.
ALTER TABLE ${local:otel_traces} ${on_cluster} MODIFY SETTING min_parts_to_merge_at_once = 16, merge_selector_base = 32;
ALTER TABLE ${local:trace_summaries} ${on_cluster} MODIFY SETTING min_parts_to_merge_at_once = 16, merge_selector_base = 32;
