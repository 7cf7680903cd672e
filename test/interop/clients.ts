/** All clients, in the order in which they run and stand in the table. */
import type { Client } from './client.ts';
import { OTLP_CLIENTS } from './clients/otlp_clients.ts';

export const CLIENTS: readonly Client[] = [...OTLP_CLIENTS];
