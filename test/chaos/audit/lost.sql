-- Answered with success, and not there.
SELECT format('{}/{}, {}', trace_id, span_id, if(seen > 0, 'which the log holds', 'which is not in the log')) AS example
FROM ${audit}.verdicts
WHERE outcome = 'answered' AND rows = 0
