import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOnPath, portObstacle, sharedPorts, spaceObstacle } from '../../../services/local/preflight.ts';

describe('before anything starts', () => {
  test('a taken port is named with its process and with what to set instead', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const obstacle = await portObstacle({ process: 'collector', port, remedy: 'SPANMILL_X=PORT' });
    expect(obstacle).toBe(
      `port ${port} is taken, collector needs it: stop what listens there, or choose another with SPANMILL_X=PORT`,
    );
    server.close();
    await once(server, 'close');
    expect(await portObstacle({ process: 'collector', port, remedy: '' })).toBeNull();
  });

  test('two processes on one port are found although nobody listens there', () => {
    const found = sharedPorts([
      { process: 'sink', port: 5000, remedy: 'A=PORT' },
      { process: 'query', port: 5001, remedy: 'B=PORT' },
      { process: 'Kafka', port: 5000, remedy: 'C=PORT' },
    ]);
    expect(found).toEqual(['port 5000 is given to sink (A=PORT) and Kafka (C=PORT): change one of them']);
  });

  test('a disk with too little room is refused, with what is free and what is wanted', () => {
    const directory = mkdtempSync(join(tmpdir(), 'spanmill-space-'));
    expect(spaceObstacle(directory, 0)).toBeNull();
    expect(spaceObstacle(directory, 1e12)).toMatch(
      /^the disk is nearly full: \d+ MB are free under .*, 1000000000000 MB are wanted\. .*SPANMILL_HOME/,
    );
  });

  test('a program counts as there only where it can be run', () => {
    const directory = mkdtempSync(join(tmpdir(), 'spanmill-path-'));
    writeFileSync(join(directory, 'mvn'), '#!/bin/sh\n');
    expect(isOnPath('mvn', `/nowhere:${directory}`)).toBe(false);
    chmodSync(join(directory, 'mvn'), 0o755);
    expect(isOnPath('mvn', `/nowhere:${directory}`)).toBe(true);
  });
});
