import { describe, expect, test } from '@jest/globals';
import { readDemoConfig, SHOP_SERVICES, shopPort, shopUrl } from '../../../demo/settings.ts';

describe("the shop's addresses", () => {
  test('are ports in a row on this machine', () => {
    const config = readDemoConfig({ SPANMILL_DEMO_BASE_PORT: '9001' });
    expect(SHOP_SERVICES.map((service) => shopPort(config, service))).toEqual([
      9001, 9002, 9003, 9004, 9005, 9006, 9007,
    ]);
    expect(shopUrl(config, 'payment')).toBe('http://127.0.0.1:9002');
  });

  test('may be said one by one', () => {
    const config = readDemoConfig({ SPANMILL_DEMO_PAYMENT_URL: 'http://payment:7002' });
    expect(shopUrl(config, 'payment')).toBe('http://payment:7002');
    expect(shopUrl(config, 'cart')).toBe('http://127.0.0.1:7004');
  });

  test('are read from an environment that holds other settings too; only their own faults count', () => {
    expect(() => readDemoConfig({ SPANMILL_QUERY_PORT: '1', SPANMILL_DEMO_RATE: '5' })).not.toThrow();
    expect(() => readDemoConfig({ SPANMILL_DEMO_RTE: '5' })).toThrow('SPANMILL_DEMO_RTE is not known');
  });
});
