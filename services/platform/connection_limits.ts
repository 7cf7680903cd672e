/**
 * How many connections a listener takes, in all and from one address. What is over is closed at once: a client that is told nothing
 * tries again, and one that holds connections open for their own sake costs nothing but its own.
 */
import type { Server, Socket } from 'node:net';
import { counter, gauge, type Metrics } from './metrics.ts';

export const CONNECTION_METRICS = {
  connections: gauge('spanmill_connections', 'Open connections.', ['listener']),
  connectionsRefused: counter(
    'spanmill_connections_refused_total',
    'Connections closed as they came: too many in all (`total`), or from their address (`address`).',
    ['listener', 'reason'],
  ),
};

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly metrics: Metrics<typeof CONNECTION_METRICS>;
}

/** `server` may be of any protocol; `listener` is its name in metrics. */
export function limitConnections(server: Server, listener: string, limits: ConnectionLimits): void {
  const { maxConnections, maxConnectionsPerAddress, metrics } = limits;
  const byAddress = new Map<string, number>();
  let open = 0;
  const count = (address: string, change: number): void => {
    open += change;
    const ofAddress = (byAddress.get(address) ?? 0) + change;
    if (ofAddress === 0) byAddress.delete(address);
    else byAddress.set(address, ofAddress);
    metrics.connections.set(open, { listener });
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const isFull = open >= maxConnections;
    if (isFull || (byAddress.get(address) ?? 0) >= maxConnectionsPerAddress) {
      metrics.connectionsRefused.add(1, { listener, reason: isFull ? 'total' : 'address' });
      socket.destroy();
      return;
    }
    count(address, 1);
    socket.once('close', () => count(address, -1));
  });
}
