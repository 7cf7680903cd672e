/** A broker for one run of the drill: a child that stops it when this process ends, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { testHome, type ServerAddresses } from '../../support/servers.ts';

export interface DrillKafka {
  readonly broker: string;
  stop(): Promise<void>;
}

export async function startDrillKafka(): Promise<DrillKafka> {
  const script = new URL('../../support/embedded_servers.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, testHome(), 'kafka'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A Ctrl-C is for this process, which ends the child's input when it is done.
    detached: true,
  });
  const lines = createInterface(child.stdout);
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([once(lines, 'line'), exited])) as unknown[];
  const broker = typeof line === 'string' ? (JSON.parse(line) as ServerAddresses).kafka : undefined;
  if (broker === undefined) throw new Error('the embedded Kafka did not start; the reason stands above');
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  return { broker, stop };
}
