/** Waiting in tests for what other processes will have done: until it is so, at most for a while. */
const POLL_MS = 200;

/** The first answer that is not null. Throws after `timeoutMs`. */
export async function until<T>(what: string, ask: () => Promise<T | null>, timeoutMs = 150_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
