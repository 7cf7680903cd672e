/** All clients, in the order in which they run and stand in the table. */
import type { Client } from './client.ts';
import { FLASK_CLIENT } from './clients/flask.ts';
import { JAEGER_CLIENTS } from './clients/jaeger_clients.ts';
import { OTLP_CLIENTS } from './clients/otlp_clients.ts';
import { TELEMETRYGEN_CLIENTS } from './clients/telemetrygen.ts';
import { ZIPKIN_CLIENTS } from './clients/zipkin_clients.ts';

export const CLIENTS: readonly Client[] = [
  ...OTLP_CLIENTS,
  ...TELEMETRYGEN_CLIENTS,
  FLASK_CLIENT,
  ...ZIPKIN_CLIENTS,
  ...JAEGER_CLIENTS,
];
