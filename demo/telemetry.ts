/**
 * Traces the process that loads it first (`node --import ./demo/telemetry.ts demo/cart.ts`): the official SDK with
 * HTTP auto-instrumentation, OTLP over HTTP with protobuf. What it does not set comes from the standard OTEL_*
 * environment, as in any service.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { ClientRequest } from 'node:http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { startNodeSdk } from '@opentelemetry/sdk-node';

const service = basename(process.argv[1] ?? 'shop', '.ts');
const VERSIONS: Readonly<Record<string, string>> = { catalog: '2.4.1', payment: '1.9.0', orders: '3.0.2' };

const defaults: Readonly<Record<string, string>> = {
  OTEL_SERVICE_NAME: service,
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'service,host',
  // Spans leave within a second; the queue holds several seconds of a busy shop.
  OTEL_BSP_SCHEDULE_DELAY: '1000',
  OTEL_BSP_MAX_QUEUE_SIZE: '32768',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2048',
};
for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;

const sdk = startNodeSdk({
  logLevel: process.env['OTEL_LOG_LEVEL'] ?? 'warn',
  resourceAttributes: {
    'service.namespace': 'shop',
    'service.version': VERSIONS[service] ?? '1.0.0',
    'deployment.environment.name': 'demo',
    'k8s.namespace.name': 'shop',
    'k8s.pod.name': `${service}-${hostname()}-${process.pid.toString(36)}`,
  },
  instrumentations: [
    new HttpInstrumentation({
      // The shipping worker's polling belongs to no request, and a broker's client hides its transport.
      requireParentforOutgoingSpans: true,
      ignoreOutgoingRequestHook: (request) => request.path?.startsWith('/queues/') === true,
      ignoreIncomingRequestHook: (request) => request.url === '/healthz',
      requestHook: (span, request) => {
        const resend = (request as Partial<ClientRequest>).getHeader?.('x-resend-count');
        if (resend !== undefined) span.setAttribute('http.request.resend_count', Number(resend));
      },
    }),
  ],
});

// The instrumentation patches modules as they are required. One `require` makes it patch the built-in module, and its
// ES module follows: the same effect as the loader hook, without a loader.
createRequire(import.meta.url)('node:http');
syncBuiltinESMExports();

// The last spans leave when nothing else is left to do: a service that has closed its server ends by itself.
process.once('beforeExit', () => {
  void sdk.shutdown();
});
