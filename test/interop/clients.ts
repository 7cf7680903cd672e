/** All clients, in the order in which they run and stand in the table. */
import type { Client } from './client.ts';
import { FLASK_CLIENT } from './clients/flask.ts';
import { OTLP_CLIENTS } from './clients/otlp_clients.ts';
import { TELEMETRYGEN_CLIENTS } from './clients/telemetrygen.ts';

export const CLIENTS: readonly Client[] = [...OTLP_CLIENTS, ...TELEMETRYGEN_CLIENTS, FLASK_CLIENT];
