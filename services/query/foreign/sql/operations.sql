-- The operations of a service, by kind. What was counted together for want of room is none.
SELECT DISTINCT o.SpanName AS name, o.SpanKind AS kind
FROM operations AS o
WHERE o.Tenant = {tenant:String}
    AND o.ServiceName = {service:String}
    AND o.SpanName != '__other__'
    AND o.LastSeen >= toDateTime({seenSince:UInt32})
ORDER BY name, kind
