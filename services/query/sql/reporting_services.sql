-- Services that ever reported a span: what else an edge names is a database, a queue or a foreign host.
SELECT DISTINCT o.ServiceName AS service FROM operations AS o WHERE o.Tenant = {tenant:String}
