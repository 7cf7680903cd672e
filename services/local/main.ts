/** Entry of the supervisor process. `spanmill up` starts it detached; its output goes to logs/supervisor.log. */
import { join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { createLog } from '../platform/log.ts';
import { acquireLock, releaseLock } from './lock.ts';
import { lockFile } from './paths.ts';
import { planLocal } from './plan.ts';
import { identify } from './process_table.ts';
import { oneLine } from './one_line.ts';
import { Supervisor } from './supervisor.ts';

const ROTATE_MS = 5000;

const plan = planLocal(process.env, join(import.meta.dirname, '../..'));
const log = createLog({ service: 'local', level: plan.config.logLevel, format: 'json' });
const self = identify(process.pid);
if (self === null) throw new Error('this process does not find itself in the process table');

const lock = lockFile(plan.home);
const holder = acquireLock(lock, self);
if (holder !== null) {
  log.info({ holder: holder.pid }, 'another supervisor is at work here');
  process.exit(0);
}

const supervisor = new Supervisor({ plan, self, log, clock: systemClock });
let isStopping = false;

/** Once, whoever asks first; then the process ends. */
async function stop(failure: string | null): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await supervisor.stop(failure).catch((error: unknown) => log.error({ error }, 'stop failed'));
  releaseLock(lock);
  process.exit(failure === null ? 0 : 1);
}

process.on('SIGTERM', () => void stop(null));
process.on('SIGINT', () => void stop(null));
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log.fatal({ error }, 'the supervisor cannot go on');
    void stop(`the supervisor failed: ${String(error)}`);
  });
}
setInterval(() => supervisor.rotateLogs(), ROTATE_MS).unref();

try {
  await supervisor.start();
  log.info({}, 'everything runs');
} catch (error) {
  log.error({ error }, 'start failed');
  void stop(oneLine(error));
}
