-- Poisons that no dead letter names, dead letters that name no poison, and those that came more than once.
SELECT format('{} at {}/{}:{} has no dead letter', kind, topic, toString(partition), toString(offset)) AS example
FROM ${audit}.poisons
WHERE (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM ${audit}.letters)
UNION ALL
SELECT format('dead letter {} ({}) of {}/{}:{} is of no poison', id, reason, topic, toString(partition), toString(offset))
FROM ${audit}.letters
WHERE (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM ${audit}.poisons)
UNION ALL
SELECT format('{} dead letters of {}/{}:{}', toString(count()), topic, toString(partition), toString(offset))
FROM ${audit}.letters
GROUP BY topic, partition, offset
HAVING count() > 1
