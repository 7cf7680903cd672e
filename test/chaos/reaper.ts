/**
 * Ends what a drill leaves behind, however the drill ends: `node reaper.ts`, a process of its own that is told of each
 * process by a line with its pid, and kills those that still run when its input ends. A pid that was given out again
 * is left alone.
 */
import { createInterface } from 'node:readline';
import { identify, isRunning, type ProcessIdentity } from '../../services/local/process_table.ts';

const known: ProcessIdentity[] = [];
// Ctrl-C reaches the whole process group; the end of the input is what counts.
process.on('SIGINT', () => undefined);
for await (const line of createInterface(process.stdin)) {
  const identity = identify(Number(line));
  if (identity !== null) known.push(identity);
}
for (const identity of known) {
  if (isRunning(identity)) process.kill(identity.pid, 'SIGKILL');
}
