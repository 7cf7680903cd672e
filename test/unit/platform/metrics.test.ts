import { describe, expect, it } from '@jest/globals';
import {
  counter,
  createRegistry,
  gauge,
  histogram,
  type MetricRegistry,
} from '../../../services/platform/metrics.ts';

async function exposed(registry: MetricRegistry, name: string): Promise<string[]> {
  return (await registry.expose()).split('\n').filter((line) => line.startsWith(name));
}

describe('a metric registry', () => {
  it('makes the declared metrics and exposes them with the name of the service', async () => {
    const registry = createRegistry('sink');
    const metrics = registry.create({
      rows: counter('spanmill_test_rows_total', 'Rows.', ['table']),
      open: gauge('spanmill_test_open', 'Open.', ['partition']),
      seconds: histogram('spanmill_test_seconds', 'Time.', [0.1, 1]),
    });
    metrics.rows.add(3, { table: 'spans' });
    metrics.rows.add(2, { table: 'spans' });
    metrics.open.set(7, { partition: 1 });
    metrics.open.set(9, { partition: 2 });
    metrics.open.remove({ partition: 1 });
    metrics.seconds.observe(0.5);
    expect(await exposed(registry, 'spanmill_test_')).toEqual([
      'spanmill_test_rows_total{table="spans",service="sink"} 5',
      'spanmill_test_open{partition="2",service="sink"} 9',
      'spanmill_test_seconds_bucket{le="0.1",service="sink"} 0',
      'spanmill_test_seconds_bucket{le="1",service="sink"} 1',
      'spanmill_test_seconds_bucket{le="+Inf",service="sink"} 1',
      'spanmill_test_seconds_sum{service="sink"} 0.5',
      'spanmill_test_seconds_count{service="sink"} 1',
    ]);
  });

  it('shows a metric without labels at zero before anything happened', async () => {
    const registry = createRegistry('sink');
    registry.create({ rows: counter('spanmill_test_rows_total', 'Rows.') });
    expect(await exposed(registry, 'spanmill_test_')).toEqual(['spanmill_test_rows_total{service="sink"} 0']);
  });

  it('brings the figures of the process', async () => {
    const registry = createRegistry('sink');
    expect(await exposed(registry, 'process_resident_memory_bytes')).toHaveLength(1);
    expect(registry.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('refuses a name twice, a label that was not declared, and a counter that falls', () => {
    const registry = createRegistry('sink');
    const { rows } = registry.create({ rows: counter('spanmill_test_rows_total', 'Rows.', ['table']) });
    expect(() => registry.create({ again: gauge('spanmill_test_rows_total', 'Rows.') })).toThrow();
    expect(() => rows.add(1, { tabel: 'x' })).toThrow();
    expect(() => rows.add(-1, { table: 'x' })).toThrow();
  });

  it('keeps registries apart', async () => {
    const declared = { rows: counter('spanmill_test_rows_total', 'Rows.') };
    const [one, two] = [createRegistry('a'), createRegistry('b')];
    one.create(declared).rows.add(1);
    two.create(declared);
    expect(await exposed(two, 'spanmill_test_')).toEqual(['spanmill_test_rows_total{service="b"} 0']);
  });
});
