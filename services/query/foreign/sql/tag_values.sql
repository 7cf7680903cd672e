-- The values of an attribute, most frequent first.
SELECT arrayJoin(arrayFilter(text -> text != '', arrayConcat(
    [if(has({scopes:Array(String)}, 'span'), SpanAttributes[{key:String}], '')],
    [if(has({scopes:Array(String)}, 'resource'), toString(ResourceAttributes[{key:String}]), '')],
    if(has({scopes:Array(String)}, 'event'), arrayMap(attributes -> attributes[{key:String}], Events.Attributes), []),
    if(has({scopes:Array(String)}, 'link'), arrayMap(attributes -> attributes[{key:String}], Links.Attributes), [])
))) AS value
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
    AND (/* conditions */ 1)
GROUP BY value
ORDER BY count() DESC, value
LIMIT {limit:UInt32}
