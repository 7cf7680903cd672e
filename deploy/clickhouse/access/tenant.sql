-- Analysts of one tenant: ${tenant} is its name. GRANT spanmill_analyst, spanmill_analyst_${tenant} TO somebody.
CREATE ROLE IF NOT EXISTS `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.otel_traces
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.trace_summaries
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.span_metrics
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.span_metrics_1m
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.span_metrics_1h
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.operations
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.service_edges
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
CREATE ROW POLICY OR REPLACE `spanmill_analyst_${tenant}` ON ${database}.service_edges_1m
    USING Tenant = '${tenant}' TO `spanmill_analyst_${tenant}`;
