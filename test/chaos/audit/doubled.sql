-- More than one row, whatever the client was told. Where the log itself holds it in two runs, its client (or a spool) repeated
-- it after its trace was forgotten; else the pipeline did it.
SELECT
    format('{}/{}, {} rows, {}', trace_id, span_id, toString(rows), if(taken >= rows, 'as often as new in the log', 'but new in the log only ' || toString(taken) || ' times')) AS example
FROM ${audit}.verdicts
WHERE request != 0 AND rows > 1
