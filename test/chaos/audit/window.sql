-- What became of the spans that were first sent at certain times.
SELECT
    count() AS sent, countIf(outcome = 'answered') AS answered, countIf(outcome = 'unknown') AS unknown,
    countIf(outcome = 'refused') AS refused, countIf(outcome = 'answered' AND rows = 0) AS lost, countIf(rows > 1) AS doubled
FROM ${audit}.verdicts
WHERE request != 0 AND ${condition}
