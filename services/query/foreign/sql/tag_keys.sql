-- The keys of attributes, most frequent first.
SELECT arrayJoin(multiIf(
    {scope:String} = 'span', mapKeys(SpanAttributes),
    {scope:String} = 'resource', mapKeys(ResourceAttributes),
    {scope:String} = 'event', arrayFlatten(arrayMap(attributes -> mapKeys(attributes), Events.Attributes)),
    arrayFlatten(arrayMap(attributes -> mapKeys(attributes), Links.Attributes))
)) AS value
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
    AND (/* conditions */ 1)
GROUP BY value
ORDER BY count() DESC, value
LIMIT {limit:UInt32}
