/** A container's health check: `node deploy/probe.ts URL` ends with 0 when the address answers with a success. */
const TIMEOUT_MS = 3000;

try {
  const answer = await fetch(process.argv[2] ?? '', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  process.exitCode = answer.ok ? 0 : 1;
  process.stdout.write(`${answer.status} ${await answer.text()}`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${String(error)}\n`);
}
