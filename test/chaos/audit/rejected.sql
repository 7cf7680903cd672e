-- Turned away for good by a collector (400, 413, INVALID_ARGUMENT, a partial success), though all that the load sends is good.
SELECT format('{}/{}, of request {}', trace_id, span_id, toString(request)) AS example
FROM ${audit}.verdicts
WHERE outcome = 'rejected'
