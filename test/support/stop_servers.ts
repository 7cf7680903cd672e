/** Stops what start_servers.ts started, after the last test. */
import { once } from 'node:events';
import { started } from './start_servers.ts';

export default async function stopServers(): Promise<void> {
  const { embedded, containers } = started.spanmillTestServers ?? {};
  await containers?.stop();
  if (embedded === undefined || embedded.exitCode !== null) return;
  const exited = once(embedded, 'exit');
  embedded.stdin?.end();
  await exited;
}
