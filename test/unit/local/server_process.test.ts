import { expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { requireFreePort } from '../../../services/local/server_process.ts';
import { freePorts } from '../../support/free_ports.ts';

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

it('takes a port that somebody tries for a moment for a free one', async () => {
  const [port = 0] = await freePorts(1);
  const other = await listen(port);
  setTimeout(() => other.close(), 120);
  await expect(requireFreePort('Kafka', port)).resolves.toBeUndefined();
});

it('says which port is taken for good', async () => {
  const [port = 0] = await freePorts(1);
  const other = await listen(port);
  await expect(requireFreePort('Kafka', port)).rejects.toThrow(`Kafka cannot start: port ${port} is taken`);
  other.close();
});
