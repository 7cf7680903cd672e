-- Rows that nobody sent, or that every collector turned away.
SELECT format('{}/{}, {}', trace_id, span_id, if(request = 0, 'which nobody sent', 'which was refused')) AS example
FROM ${audit}.verdicts
WHERE rows > 0 AND (request = 0 OR outcome = 'refused')
