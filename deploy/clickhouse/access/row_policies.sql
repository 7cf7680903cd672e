-- Rows of which tenant the roles see. A role without a policy sees none of a table that has one, or all, as the server is set up
-- (users_without_row_policies_can_read_rows): so each role has one on each table.

-- The query service tells the tenant with each question; `*` where it may ask for all. A question without the setting fails.
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.otel_traces
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.trace_summaries
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.span_metrics
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.span_metrics_1m
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.span_metrics_1h
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.operations
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.service_edges
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;
CREATE ROW POLICY OR REPLACE spanmill_reader ON ${database}.service_edges_1m
    USING getSetting('SQL_spanmill_tenant') IN ('*', Tenant) TO spanmill_reader;

-- An analyst sees nothing until a role of a tenant is granted: policies of several roles add up.
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.otel_traces USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.trace_summaries USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.span_metrics USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.span_metrics_1m USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.span_metrics_1h USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.operations USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.service_edges USING 0 TO spanmill_analyst;
CREATE ROW POLICY OR REPLACE spanmill_analyst ON ${database}.service_edges_1m USING 0 TO spanmill_analyst;

-- All tenants.
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.otel_traces USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.trace_summaries USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.span_metrics USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.span_metrics_1m USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.span_metrics_1h USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.operations USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.service_edges USING 1 TO spanmill_operator;
CREATE ROW POLICY OR REPLACE spanmill_operator ON ${database}.service_edges_1m USING 1 TO spanmill_operator;

-- The views behind the sink's inserts see all of them.
CREATE ROW POLICY OR REPLACE spanmill_writer ON ${database}.span_metrics USING 1 TO spanmill_writer;
CREATE ROW POLICY OR REPLACE spanmill_writer ON ${database}.span_metrics_1m USING 1 TO spanmill_writer;
CREATE ROW POLICY OR REPLACE spanmill_writer ON ${database}.service_edges USING 1 TO spanmill_writer;
