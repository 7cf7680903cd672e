/** A name for this process that its successor has as well: the host, and the port that only one process there can have. */
import { hostname } from 'node:os';

/** Undefined where the port is any that is free: a successor would have another. */
export function processName(port: number): string | undefined {
  return port === 0 ? undefined : `${hostname()}:${port}`;
}
