/** Sends packets to a port of this machine. */
import { createSocket } from 'node:dgram';

export async function sendPackets(port: number, packets: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4');
  try {
    for (const packet of packets) {
      await new Promise<void>((resolve, reject) => {
        socket.send(packet, port, '127.0.0.1', (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  } finally {
    socket.close();
  }
}
