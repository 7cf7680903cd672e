-- The values of a column of text, most frequent first.
SELECT multiIf(
    {field:String} = 'service', toString(ServiceName),
    {field:String} = 'name', toString(SpanName),
    {field:String} = 'kind', toString(SpanKind),
    {field:String} = 'status', toString(StatusCode),
    {field:String} = 'statusMessage', StatusMessage,
    {field:String} = 'scopeName', toString(ScopeName),
    {field:String} = 'scopeVersion', toString(ScopeVersion),
    toString(TraceState)
) AS value
FROM otel_traces
WHERE Tenant = {tenant:String}
    AND Timestamp >= fromUnixTimestamp64Nano({sinceNs:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({untilNs:Int64})
    AND value != ''
    AND (/* conditions */ 1)
GROUP BY value
ORDER BY count() DESC, value
LIMIT {limit:UInt32}
