/**
 * The shop's services and its settings. Not for how the shop is traced: that is the OpenTelemetry SDK's own
 * environment (OTEL_*), which every SDK reads and telemetry.ts gives defaults to.
 */
import { integer, port, readConfig, text, type Config, type Settings } from '../services/platform/config.ts';

/** In the order in which they start; port = base port + place in this list. */
export const SHOP_SERVICES = [
  'catalog',
  'payment',
  'queue',
  'cart',
  'orders',
  'shipping',
  'frontend',
] as const;
export type ShopService = (typeof SHOP_SERVICES)[number];

const address = (service: ShopService) =>
  text({
    env: `SPANMILL_DEMO_${service.toUpperCase()}_URL`,
    default: '',
    meaning: `Where ${service} is; by default its port on this machine.`,
  });

export const DEMO_SETTINGS = {
  host: text({
    env: 'SPANMILL_DEMO_HOST',
    default: '127.0.0.1',
    meaning: 'Address that the shop listens on; 0.0.0.0 opens it to other machines.',
  }),
  basePort: port({
    env: 'SPANMILL_DEMO_BASE_PORT',
    default: 7001,
    meaning: `First port of the shop; ${SHOP_SERVICES.join(', ')} take one each, in this order.`,
  }),
  catalogUrl: address('catalog'),
  paymentUrl: address('payment'),
  queueUrl: address('queue'),
  cartUrl: address('cart'),
  ordersUrl: address('orders'),
  shippingUrl: address('shipping'),
  frontendUrl: address('frontend'),
  rate: integer({
    env: 'SPANMILL_DEMO_RATE',
    default: 10,
    unit: 'visits/s',
    min: 1,
    max: 10_000,
    meaning: 'Visits of the load driver; each is a trace, and each purchase one more in shipping.',
  }),
} satisfies Settings;

export type DemoConfig = Config<typeof DEMO_SETTINGS>;

/** Settings of others may stand in the same environment. */
export function readDemoConfig(env: Readonly<Record<string, string | undefined>>): DemoConfig {
  const own = Object.entries(env).filter(([name]) => name.startsWith('SPANMILL_DEMO_'));
  return readConfig(DEMO_SETTINGS, Object.fromEntries(own));
}

export function shopPort(config: Pick<DemoConfig, 'basePort'>, service: ShopService): number {
  return config.basePort + SHOP_SERVICES.indexOf(service);
}

export function shopUrl(config: DemoConfig, service: ShopService): string {
  return config[`${service}Url`] || `http://127.0.0.1:${shopPort(config, service)}`;
}
