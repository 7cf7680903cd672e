-- All tenants of whose spans something is stored.
SELECT DISTINCT Tenant AS tenant
FROM operations
ORDER BY tenant
LIMIT 10000
