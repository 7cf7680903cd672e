import { expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { opentelemetry } from '../../../proto/generated/index.js';
import { PARTITIONS, startCollector } from '../../support/running_collector.ts';

const { Status, TracesData } = opentelemetry.proto.trace.v1;

test('spans of the official JavaScript SDK arrive as they were recorded', async () => {
  const collector = await startCollector();
  const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` });
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const span = provider
    .getTracer('interop', '1.2.3')
    .startSpan('checkout', { attributes: { 'shop.items': 3 } });
  span.addEvent('paid', { amount: 12.5 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'card refused' });
  span.end();
  await provider.shutdown();
  await collector.stop();

  const records = Array.from({ length: PARTITIONS }, (_, partition) => collector.stored(partition));
  const [ofResource] = records.flatMap((record) => TracesData.decode(record).resourceSpans);
  const [ofScope] = ofResource?.scopeSpans ?? [];
  const [stored] = ofScope?.spans ?? [];
  expect([ofScope?.scope?.name, ofScope?.scope?.version]).toEqual(['interop', '1.2.3']);
  expect(Buffer.from(stored?.traceId ?? []).toString('hex')).toBe(span.spanContext().traceId);
  expect(Buffer.from(stored?.spanId ?? []).toString('hex')).toBe(span.spanContext().spanId);
  expect(stored?.name).toBe('checkout');
  expect([stored?.status?.code, stored?.status?.message]).toEqual([
    Status.StatusCode.STATUS_CODE_ERROR,
    'card refused',
  ]);
  expect(stored?.attributes?.map(({ key }) => key)).toEqual(['shop.items']);
  expect(stored?.events?.map(({ name }) => name)).toEqual(['paid']);
});
