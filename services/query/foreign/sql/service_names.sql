-- The services that reported something lately.
SELECT DISTINCT o.ServiceName AS service
FROM operations AS o
WHERE o.Tenant = {tenant:String} AND o.LastSeen >= toDateTime({seenSince:UInt32})
ORDER BY service
