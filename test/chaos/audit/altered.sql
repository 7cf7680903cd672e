-- Stored with another parent, service, name, kind, status, time, duration or weight than it was sent with.
SELECT format('{}/{}', trace_id, span_id) AS example
FROM ${audit}.verdicts
WHERE is_altered
