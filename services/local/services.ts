/** The services that the local stack runs, with their configuration tables: their ports and names stand there only. */
import { SETTINGS as COLLECTOR } from '../collector/config.ts';
import type { Settings } from '../platform/config.ts';
import { SETTINGS as PROCESSOR } from '../processor/config.ts';
import { SETTINGS as QUERY } from '../query/config.ts';
import { SETTINGS as SINK } from '../sink/config.ts';

export interface ServiceEntry {
  readonly name: string;
  readonly settings: Settings;
  /** Setting with the port of `/readyz` and `/metrics`. */
  readonly healthPort: string;
}

/** In the order of starting. Stopping goes the other way: no more spans come in, then what is under way is finished. */
export const SERVICES: readonly ServiceEntry[] = [
  { name: 'query', settings: QUERY, healthPort: QUERY.port.env },
  { name: 'sink', settings: SINK, healthPort: SINK.healthPort.env },
  { name: 'processor', settings: PROCESSOR, healthPort: PROCESSOR.healthPort.env },
  { name: 'collector', settings: COLLECTOR, healthPort: COLLECTOR.healthPort.env },
];
