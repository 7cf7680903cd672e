import { describe, expect, it } from '@jest/globals';
import type { Edge } from '../../../services/query/graph_store.ts';
import { graphNodes } from '../../../services/query/service_graph.ts';

const edge = (client: string, server: string, connectionType: string, calls: number): Edge => ({
  client,
  server,
  connectionType,
  calls,
  errors: 1,
  clientDurations: null,
  serverDurations: null,
});

describe('graphNodes', () => {
  it('knows a service by its spans and all else by what it is called as', () => {
    const nodes = graphNodes({
      edges: [
        edge('web', 'cart', 'rpc', 5),
        edge('cart', 'redis', 'database', 4),
        edge('cart', 'orders', 'messaging', 3),
        edge('orders', 'mail', 'messaging', 2),
        edge('mail', 'smtp.example', 'rpc', 2),
        edge('cart', 'cart-api', 'unknown', 1),
      ],
      services: new Set(['web', 'cart', 'mail']),
    });
    expect(Object.fromEntries(nodes.map(({ name, kind }) => [name, kind]))).toEqual({
      web: 'service',
      cart: 'service',
      mail: 'service',
      redis: 'database',
      orders: 'queue',
      'smtp.example': 'external',
      'cart-api': 'external',
    });
    expect(nodes.find(({ name }) => name === 'cart')).toMatchObject({
      calls: 5,
      errors: 1,
      callers: 1,
      callees: 3,
    });
    expect(nodes[0]?.name).toBe('cart');
  });
});
