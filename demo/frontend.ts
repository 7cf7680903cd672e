/** The shop's door: every visit begins a trace here. It says in the baggage what kind of user this is. */
import { context, propagation, trace } from '@opentelemetry/api';
import { call } from './client.ts';
import { serve, type Call, type Handler } from './server.ts';

const TIERS = ['gold', 'silver', 'basic', 'basic', 'basic'] as const;

serve('frontend', {
  'GET /': visit(async () => ({ body: { featured: await call('catalog', 'GET', '/products') } })),
  'GET /search': visit(async ({ query }) => {
    const word = encodeURIComponent(query.get('q') ?? '');
    return { body: { found: await call('catalog', 'GET', `/products?q=${word}`) } };
  }),
  'GET /products/{id}': visit(async ({ params: { id = '' } }) => {
    const [product, related] = await Promise.all([
      call('catalog', 'GET', `/products/${id}`),
      call('catalog', 'GET', `/products/${id}/related`),
    ]);
    return { body: { product, related } };
  }),
  'POST /cart/items': visit(async (visitor) => {
    const answer = await call('cart', 'POST', `/carts/${userOf(visitor)}/items`, { body: visitor.body });
    return { status: 201, body: answer };
  }),
  'POST /checkout': visit(async (visitor) => {
    const order = await call('orders', 'POST', '/orders', { body: { user: userOf(visitor) } });
    return { status: 201, body: order };
  }),
  'GET /orders/{id}': visit(async ({ params: { id = '' } }) => ({
    body: await call('orders', 'GET', `/orders/${id}`),
  })),
});

function visit(handler: Handler): Handler {
  return (visitor) => {
    const user = userOf(visitor);
    const tier = TIERS[Number(user.slice(1)) % TIERS.length] ?? 'basic';
    trace.getActiveSpan()?.setAttributes({ 'user.id': user, 'user.tier': tier });
    const baggage = propagation.createBaggage({ 'user.tier': { value: tier } });
    return context.with(propagation.setBaggage(context.active(), baggage), () => handler(visitor));
  };
}

function userOf({ header }: Call): string {
  return header('x-user-id') ?? 'u0';
}
