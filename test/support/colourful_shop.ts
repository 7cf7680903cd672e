/**
 * A shop's traces, with all that a page can show: databases, a queue with links, events, errors, retries, slow calls,
 * an hour of ups and downs. The same seed gives the same traces.
 */
import { seeded } from './known_load.ts';

export interface ShopSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  /** Unix milliseconds, with fractions. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly exception: string | null;
  readonly links: readonly { traceId: string; spanId: string }[];
}

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];
const PRODUCTS = ['teapot', 'kettle', 'grinder', 'filter', 'scale'];

/** Spans of the visits from `sinceMs` to `untilMs`, a few each ten seconds. */
export function shopHistory(sinceMs: number, untilMs: number, perTenSeconds: number): ShopSpan[] {
  const random = seeded(11);
  const spans: ShopSpan[] = [];
  let number = 0;
  for (let at = sinceMs; at < untilMs; at += 10_000) {
    // Two waves, and a bad quarter of an hour in which payment is slow and fails.
    const progress = (at - sinceMs) / (untilMs - sinceMs);
    const bad = progress > 0.55 && progress < 0.7;
    const visits = Math.round(perTenSeconds * (1 + 0.5 * Math.sin(progress * 12)));
    for (let i = 0; i < visits; i++) {
      const startMs = at + random() * 10_000;
      if (startMs < untilMs) spans.push(...shopVisit(startMs, ++number, bad, random));
    }
  }
  return spans;
}

export function shopVisit(startMs: number, number: number, bad: boolean, random: () => number): ShopSpan[] {
  const visit = new Visit(number);
  const ms = (typical: number): number => typical * Math.exp((random() - 0.35) * 1.6);
  if (random() < 0.45) {
    const product = PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? '';
    const root = visit.add(null, 'storefront', SERVER, 'GET /products/{id}', startMs, ms(24), {
      'http.request.method': 'GET',
      'http.route': '/products/{id}',
      'http.response.status_code': 200,
      'product.id': product,
    });
    const call = visit.within(root, 'storefront', CLIENT, 'GET', 0.15, 0.7, { 'server.address': 'catalog' });
    const server = visit.within(call, 'catalog', SERVER, 'GET /products/{id}', 0.08, 0.85, {
      'http.route': '/products/{id}',
    });
    visit.within(server, 'catalog', CLIENT, 'GET product', 0.05, 0.2, {
      'db.system.name': 'redis',
      'db.operation.name': 'GET',
    });
    visit.within(server, 'catalog', CLIENT, 'SELECT products', 0.35, 0.5, {
      'db.system.name': 'postgresql',
      'db.namespace': 'catalog',
      'db.query.text': 'SELECT id, name, price FROM products WHERE id = $1',
    });
    return visit.spans;
  }
  const failed = random() < (bad ? 0.35 : 0.03);
  const root = visit.add(
    null,
    'storefront',
    SERVER,
    'POST /checkout',
    startMs,
    ms(bad ? 620 : 240),
    {
      'http.request.method': 'POST',
      'http.route': '/checkout',
      'http.response.status_code': failed ? 502 : 200,
      'user.id': `u${Math.floor(random() * 40)}`,
    },
    failed,
  );
  const cart = visit.within(root, 'storefront', CLIENT, 'GET', 0.02, 0.14, { 'server.address': 'cart' });
  const cartServer = visit.within(cart, 'cart', SERVER, 'GET /carts/{id}', 0.1, 0.8, {
    'http.route': '/carts/{id}',
  });
  visit.within(cartServer, 'cart', CLIENT, 'HGETALL cart', 0.2, 0.6, { 'db.system.name': 'redis' });
  const price = visit.within(root, 'storefront', INTERNAL, 'price basket', 0.17, 0.1, { 'basket.items': 3 });
  visit.within(price, 'storefront', CLIENT, 'GET', 0.1, 0.8, { 'server.address': 'catalog' });
  const pay = visit.within(
    root,
    'storefront',
    CLIENT,
    'POST',
    0.29,
    0.45,
    { 'server.address': 'payment' },
    failed,
  );
  const charge = visit.within(
    pay,
    'payment',
    SERVER,
    'POST /charges',
    0.05,
    0.9,
    { 'http.route': '/charges' },
    failed,
  );
  const acquirer = { 'server.address': 'acquirer.example', 'http.request.method': 'POST' };
  if (bad || failed) {
    visit.within(
      charge,
      'payment',
      CLIENT,
      'POST',
      0.08,
      0.3,
      { ...acquirer, 'error.type': 'timeout' },
      true,
      'upstream timed out after 200 ms',
    );
  }
  visit.within(
    charge,
    'payment',
    CLIENT,
    'POST',
    0.45,
    0.45,
    { ...acquirer, 'http.request.resend_count': 1 },
    failed,
    failed ? 'card declined: insufficient funds' : null,
  );
  if (failed) return visit.spans;
  const order = visit.within(root, 'storefront', CLIENT, 'POST', 0.76, 0.2, { 'server.address': 'orders' });
  const orders = visit.within(order, 'orders', SERVER, 'POST /orders', 0.1, 0.8, { 'http.route': '/orders' });
  visit.within(orders, 'orders', CLIENT, 'INSERT orders', 0.1, 0.4, {
    'db.system.name': 'postgresql',
    'db.namespace': 'orders',
    'db.query.text': 'INSERT INTO orders (id, user_id, total) VALUES ($1, $2, $3)',
  });
  const queue = { 'messaging.system': 'kafka', 'messaging.destination.name': 'shipments' };
  const sent = visit.within(orders, 'orders', PRODUCER, 'send shipments', 0.6, 0.25, queue);
  const taken = visit.add(
    sent,
    'shipping',
    CONSUMER,
    'process shipments',
    sent.startMs + sent.durationMs + ms(20),
    ms(60),
    queue,
  );
  visit.within(taken, 'shipping', CLIENT, 'INSERT parcels', 0.3, 0.4, {
    'db.system.name': 'postgresql',
    'db.namespace': 'shipping',
  });
  return visit.spans;
}

/** One trace of many spans: a batch that works through its items, each with a query and now and then a retry. */
export function bigTrace(startMs: number, spans: number): ShopSpan[] {
  const random = seeded(5);
  const visit = new Visit(0xb16);
  const root = visit.add(null, 'reports', SERVER, 'POST /reports/monthly', startMs, 60_000, {
    'http.route': '/reports/monthly',
  });
  const regions = Array.from({ length: 10 }, (_, i) =>
    visit.within(root, 'reports', INTERNAL, `region ${'abcdefghij'[i] ?? ''}`, i / 10, 0.1, {}),
  );
  for (let i = 0; visit.spans.length < spans; i++) {
    const region = regions[i % 10] ?? root;
    const from = Math.floor(i / 10) / Math.ceil(spans / 30);
    const item = visit.within(
      region,
      'ledger',
      SERVER,
      'GET /entries/{id}',
      Math.min(0.98, from),
      0.012 * random() + 0.002,
      {
        'entry.id': i,
      },
    );
    if (visit.spans.length < spans)
      visit.within(
        item,
        'ledger',
        CLIENT,
        'SELECT entries',
        0.1,
        0.7,
        { 'db.system.name': 'postgresql', 'db.namespace': 'ledger' },
        random() < 0.01,
      );
    if (visit.spans.length < spans) visit.within(item, 'ledger', INTERNAL, 'convert', 0.85, 0.1, {});
  }
  return visit.spans;
}

class Visit {
  readonly spans: ShopSpan[] = [];
  private readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  add(
    parent: ShopSpan | null,
    service: string,
    kind: number,
    name: string,
    startMs: number,
    durationMs: number,
    attributes: ShopSpan['attributes'],
    failed = false,
    exception: string | null = null,
  ): ShopSpan {
    const span: ShopSpan = {
      service,
      traceId: `c010${this.number.toString(16).padStart(28, '0')}`,
      spanId:
        (this.number + 1).toString(16).padStart(8, 'a') +
        (this.spans.length + 1).toString(16).padStart(8, '0'),
      parentSpanId: parent?.spanId ?? '',
      name,
      kind,
      startMs,
      durationMs,
      failed,
      attributes,
      exception,
      links: kind === CONSUMER && parent !== null ? [{ traceId: parent.traceId, spanId: parent.spanId }] : [],
    };
    this.spans.push(span);
    return span;
  }

  /** From a share of the parent's time on, for a share of it. */
  within(
    parent: ShopSpan,
    service: string,
    kind: number,
    name: string,
    from: number,
    share: number,
    attributes: ShopSpan['attributes'],
    failed = false,
    exception: string | null = null,
  ): ShopSpan {
    const startMs = parent.startMs + parent.durationMs * from;
    return this.add(
      parent,
      service,
      kind,
      name,
      startMs,
      parent.durationMs * share,
      attributes,
      failed,
      exception,
    );
  }
}
