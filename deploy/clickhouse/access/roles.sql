-- What each kind of user may do. ${database} is the database of the tables; apply after `spanmill migrate`, again at any time.

-- The sink: it inserts, and looks whether the tables are those it knows. It reads no span. Views that make minutes and hours of
-- what it inserts ask with its rights, so it may read the three tables that they are made from.
CREATE ROLE IF NOT EXISTS spanmill_writer;
GRANT INSERT ON ${database}.otel_traces TO spanmill_writer;
GRANT INSERT ON ${database}.trace_summaries TO spanmill_writer;
GRANT INSERT ON ${database}.span_metrics TO spanmill_writer;
GRANT INSERT ON ${database}.service_edges TO spanmill_writer;
GRANT SELECT ON ${database}.span_metrics TO spanmill_writer;
GRANT SELECT ON ${database}.span_metrics_1m TO spanmill_writer;
GRANT SELECT ON ${database}.service_edges TO spanmill_writer;
GRANT SELECT ON ${database}.spanmill_migrations TO spanmill_writer;

-- The query service: it reads. Row policies hold it to the tenant that it names in SQL_spanmill_tenant.
CREATE ROLE IF NOT EXISTS spanmill_reader;
GRANT SELECT ON ${database}.* TO spanmill_reader;
GRANT SELECT ON system.parts TO spanmill_reader;

-- People who write SQL, and Grafana: tables and views, and by row policies the tenant of a role of theirs (tenant.sql).
CREATE ROLE IF NOT EXISTS spanmill_analyst;
GRANT SELECT ON ${database}.* TO spanmill_analyst;

-- Operators of the pipeline, and analysts of all tenants.
CREATE ROLE IF NOT EXISTS spanmill_operator;
GRANT SELECT ON ${database}.* TO spanmill_operator;
GRANT SELECT ON system.parts TO spanmill_operator;
