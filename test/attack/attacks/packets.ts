/** Packets to the listener that can refuse nobody. */
import { createSocket } from 'node:dgram';
import { atRate, type Attack } from '../attack.ts';

const PACKET_BYTES = 1_000;

export const PACKET_ATTACKS: readonly Attack[] = [
  {
    name: 'udp-flood',
    does: 'packets of 1,000 random bytes to the Jaeger agent, 5,000 a second',
    run: async (target) => {
      const socket = createSocket('udp4');
      const packets = Array.from({ length: 64 }, () => crypto.getRandomValues(new Uint8Array(PACKET_BYTES)));
      const seen = await atRate(target, 5_000, async (number) => {
        const packet = packets[number % packets.length] ?? new Uint8Array(0);
        await new Promise((resolve) => socket.send(packet, target.udpPort, '127.0.0.1', resolve));
        return 'sent on';
      });
      socket.close();
      return seen;
    },
  },
];
