/**
 * The load driver: visits at a steady rate, whether the shop keeps up or not. It is not traced, so a trace's root is
 * the frontend. `node demo/load.ts --rate 50 --duration 60`; on SIGTERM it waits for the answers and ends.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readDemoConfig, shopUrl } from './settings.ts';
import { Visits, type Visit } from './visits.ts';

const config = readDemoConfig(process.env);
const { values } = parseArgs({
  options: { rate: { type: 'string' }, duration: { type: 'string' } },
});
/** Visits a second, and seconds. */
const rate = positive('--rate', values.rate, config.rate);
const duration = positive('--duration', values.duration, Infinity);

const MAX_OPEN = 2000;
const STEP_MS = 20;
const REPORT_MS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const shop = shopUrl(config, 'frontend');
const visits = new Visits(Math.random);
const counts = { sent: 0, answered: 0, errors: 0, skipped: 0 };
const open = new Set<Promise<void>>();
const stopping = new AbortController();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => stopping.abort());
}

const startedAt = performance.now();
let reportAt = REPORT_MS;
while (!stopping.signal.aborted) {
  const elapsed = performance.now() - startedAt;
  const due = Math.floor((Math.min(elapsed, duration * 1000) * rate) / 1000);
  while (counts.sent + counts.skipped < due) begin();
  if (elapsed >= duration * 1000) break;
  if (elapsed >= reportAt) {
    report();
    reportAt += REPORT_MS;
  }
  await delay(STEP_MS);
}
await Promise.all(open);
report();
agent.destroy();

/** A shop that hangs must not fill this process' memory: beyond MAX_OPEN a visit is skipped, and counted. */
function begin(): void {
  if (open.size >= MAX_OPEN) {
    counts.skipped++;
    return;
  }
  counts.sent++;
  const visit = visits.next();
  const answered = send(visit)
    .then(({ status, body }) => {
      counts.answered++;
      if (status >= 500) counts.errors++;
      visits.done(visit, status, body);
    })
    .catch(() => {
      counts.errors++;
    })
    .finally(() => open.delete(answered));
  open.add(answered);
}

async function send(visit: Visit): Promise<{ status: number; body: unknown }> {
  const text = visit.body === undefined ? '' : JSON.stringify(visit.body);
  const headers = { 'x-user-id': visit.user, 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${shop}${visit.path}`, { method: visit.method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(text);
  });
}

function parse(bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString('utf8')) as unknown);
}

function report(): void {
  const { sent, answered, errors, skipped } = counts;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(
    `after ${seconds} s: ${sent} visits, ${answered} answered, ${errors} errors, ${skipped} skipped, ${open.size} open\n`,
  );
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value > 0) return value;
  process.stderr.write(`${name} ${text}: must be a number above 0\n`);
  process.exit(2);
}
