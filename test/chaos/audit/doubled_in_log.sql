-- Of the doubled spans, those that came to the log again after their trace was forgotten.
SELECT format('{}/{}', trace_id, span_id) AS example
FROM ${audit}.verdicts
WHERE request != 0 AND rows > 1 AND taken >= rows
