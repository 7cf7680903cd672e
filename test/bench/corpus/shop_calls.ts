/**
 * The shop that the corpus is traffic of: what its pages call, down to the databases and queues. Fixed; trace_maker.ts draws visits
 * from it.
 */
import {
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
} from '../../../services/core/otlp/fields.ts';

/** What differs from span to span of one call. */
export type Varied = 'user' | 'path' | 'address' | 'agent' | 'rows' | 'offset' | 'status';

/** One kind of span, and what it calls, one after the other. */
export interface Call {
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  /** Time that it spends itself, typically. */
  readonly ms: number;
  /** Attributes that all of its spans share. */
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly varied: readonly Varied[];
  readonly calls: readonly Call[];
  /** How often a visit makes this call: from `least` to `most` times. */
  readonly least: number;
  readonly most: number;
}

export interface Page {
  readonly root: Call;
  /** Share among all visits. */
  readonly weight: number;
}

type Shape = Pick<Call, 'service' | 'name' | 'kind' | 'ms'> & Partial<Call>;

function call(shape: Shape): Call {
  return { attributes: {}, varied: [], calls: [], least: 1, most: 1, ...shape };
}

/** A call that is made from `least` to `most` times. */
function times(least: number, most: number, one: Call): Call {
  return { ...one, least, most };
}

function server(service: string, method: string, route: string, ms: number, calls: readonly Call[]): Call {
  return call({
    ...{ service, ms, calls, name: `${method} ${route}`, kind: KIND_SERVER },
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'network.protocol.version': '1.1',
      'server.address': `${service}.shop.svc.cluster.local`,
      'url.scheme': 'http',
    },
    varied: ['user', 'path', 'address', 'status'],
  });
}

function http(
  from: string,
  to: string,
  method: string,
  route: string,
  ms: number,
  calls: readonly Call[],
): Call {
  return call({
    ...{
      service: from,
      ms: 0.6,
      name: method,
      kind: KIND_CLIENT,
      calls: [server(to, method, route, ms, calls)],
    },
    attributes: {
      'http.request.method': method,
      'server.address': `${to}.shop.svc.cluster.local`,
      'server.port': 8080,
      'network.protocol.version': '1.1',
      'network.transport': 'tcp',
      'http.request.resend_count': 0,
    },
    varied: ['path', 'address', 'status'],
  });
}

function sql(service: string, operation: string, table: string, ms: number): Call {
  return call({
    ...{ service, ms, name: `${operation} ${table}`, kind: KIND_CLIENT },
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': service,
      'db.collection.name': table,
      'db.operation.name': operation,
      'db.query.text': QUERY_TEXTS[operation]?.replaceAll('$table', table) ?? operation,
      'server.address': `${service}-db.shop.svc.cluster.local`,
      'server.port': 5432,
    },
    varied: ['rows', 'address'],
  });
}

const QUERY_TEXTS: Readonly<Record<string, string>> = {
  SELECT: 'SELECT id, name, price, updated_at FROM $table WHERE id = ?',
  INSERT: 'INSERT INTO $table (id, customer, amount, created_at) VALUES (?, ?, ?, ?)',
  UPDATE: 'UPDATE $table SET amount = ?, updated_at = ? WHERE id = ?',
};

function redis(service: string, operation: string): Call {
  return call({
    ...{ service, ms: 0.4, name: operation, kind: KIND_CLIENT },
    attributes: {
      'db.system.name': 'redis',
      'db.namespace': '0',
      'db.operation.name': operation,
      'db.query.text': `${operation} ?`,
      'server.address': 'cache.shop.svc.cluster.local',
      'server.port': 6379,
      'network.transport': 'tcp',
    },
    varied: ['address'],
  });
}

function work(service: string, name: string, ms: number, calls: readonly Call[] = []): Call {
  return call({
    ...{ service, name, ms, calls, kind: KIND_INTERNAL },
    attributes: {
      'code.function.name': `${service}.${name}`,
      'code.file.path': `/srv/${service}/lib/${name.replaceAll(' ', '_')}.js`,
      'code.line.number': 120 + name.length,
      'thread.id': 1,
      'thread.name': 'main',
      'feature.flag': 'default',
    },
    varied: ['user', 'rows'],
  });
}

function queue(from: string, topic: string, to: string, calls: readonly Call[]): Call {
  const shared = {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'server.address': 'kafka.shop.svc.cluster.local',
    'server.port': 9092,
    'messaging.client.id': from,
  };
  const consumer = call({
    ...{ service: to, name: `process ${topic}`, kind: KIND_CONSUMER, ms: 3, calls },
    attributes: { ...shared, 'messaging.operation.type': 'process', 'messaging.consumer.group.name': to },
    varied: ['offset', 'user'],
  });
  return call({
    ...{ service: from, name: `send ${topic}`, kind: KIND_PRODUCER, ms: 1, calls: [consumer] },
    attributes: { ...shared, 'messaging.operation.type': 'send' },
    varied: ['offset', 'address'],
  });
}

function page(weight: number, method: string, route: string, calls: readonly Call[]): Page {
  const root = server('frontend', method, route, 4, [redis('frontend', 'GET'), ...calls]);
  return { weight, root: { ...root, varied: [...root.varied, 'agent'] } };
}

const session = http('frontend', 'accounts', 'GET', '/api/sessions/{id}', 2, [redis('accounts', 'HGETALL')]);
const product = http('frontend', 'catalog', 'GET', '/api/products/{id}', 3, [
  redis('catalog', 'GET'),
  times(0, 1, sql('catalog', 'SELECT', 'products', 4)),
]);
const prices = http('frontend', 'pricing', 'GET', '/api/prices', 2, [
  work('pricing', 'apply discounts', 1.5),
  times(0, 2, sql('pricing', 'SELECT', 'rules', 3)),
]);
const cart = http('frontend', 'cart', 'GET', '/api/carts/{id}/items', 2, [
  redis('cart', 'HGETALL'),
  times(0, 3, http('cart', 'stock', 'GET', '/api/stock/{sku}', 2, [sql('stock', 'SELECT', 'stock', 3)])),
]);
const recommend = http('frontend', 'recommendations', 'GET', '/api/recommendations', 6, [
  redis('recommendations', 'MGET'),
  work('recommendations', 'score', 9),
]);
const mail = queue('orders', 'orders.placed', 'mailer', [
  work('mailer', 'render mail', 5),
  http('mailer', 'smtp-gateway', 'POST', '/send', 20, []),
]);
const shipping = queue('orders', 'orders.placed', 'shipping', [
  sql('shipping', 'INSERT', 'parcels', 5),
  http('shipping', 'carriers', 'POST', '/api/labels', 35, [work('carriers', 'draw label', 8)]),
]);

export const PAGES: readonly Page[] = [
  page(20, 'GET', '/', [session, times(1, 3, product), recommend]),
  page(34, 'GET', '/products/{id}', [times(0, 1, session), product, prices, times(0, 1, recommend)]),
  page(14, 'GET', '/search', [
    http('frontend', 'search', 'GET', '/api/search', 12, [
      work('search', 'parse query', 1),
      times(1, 3, sql('search', 'SELECT', 'documents', 14)),
    ]),
    times(0, 4, product),
  ]),
  page(12, 'GET', '/cart', [session, cart, prices]),
  page(8, 'POST', '/cart/items', [
    http('frontend', 'cart', 'POST', '/api/carts/{id}/items', 3, [
      redis('cart', 'HSET'),
      http('cart', 'stock', 'GET', '/api/stock/{sku}', 2, [sql('stock', 'SELECT', 'stock', 3)]),
    ]),
  ]),
  page(4, 'POST', '/checkout', [
    session,
    cart,
    http('frontend', 'orders', 'POST', '/api/orders', 8, [
      sql('orders', 'INSERT', 'orders', 6),
      http('orders', 'payment', 'POST', '/api/payments', 40, [
        work('payment', 'check fraud', 12),
        sql('payment', 'INSERT', 'payments', 6),
      ]),
      times(
        1,
        2,
        http('orders', 'stock', 'POST', '/api/stock/{sku}/reserve', 4, [sql('stock', 'UPDATE', 'stock', 5)]),
      ),
      mail,
      shipping,
    ]),
  ]),
  page(6, 'POST', '/login', [
    http('frontend', 'accounts', 'POST', '/api/sessions', 5, [
      sql('accounts', 'SELECT', 'users', 4),
      work('accounts', 'verify password', 60),
      redis('accounts', 'SET'),
    ]),
  ]),
  page(2, 'GET', '/orders/{id}', [
    session,
    http('frontend', 'orders', 'GET', '/api/orders/{id}', 4, [
      sql('orders', 'SELECT', 'orders', 5),
      http('orders', 'shipping', 'GET', '/api/parcels/{id}', 3, [sql('shipping', 'SELECT', 'parcels', 4)]),
    ]),
  ]),
];
