/**
 * The load of a bench, in a process of its own: `node test/bench/stages/load.ts '{"target":...}'`. Sends requests at a given rate, or
 * as fast as they are answered, and says on standard output, a line of JSON each second, what was answered. Ends by itself.
 */
import { Replay, type ReplayedRequest } from './replay.ts';
import { requestPool, type CorpusName } from './corpora.ts';
import { openSender, type Protocol } from './sender.ts';

export interface LoadOptions {
  readonly protocol: Protocol;
  /** host:port */
  readonly target: string;
  readonly corpus: CorpusName;
  readonly spansPerRequest: number;
  /** Null for as fast as requests are answered. */
  readonly spansPerSecond: number | null;
  /** Requests under way at most. */
  readonly inFlight: number;
  readonly seconds: number;
}

/** So far, of all that was sent. */
export interface LoadProgress {
  readonly spans: number;
  readonly bytes: number;
  readonly failed: number;
  /** Of the requests answered since the last line, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const TICK_MS = 5;
const REPORT_MS = 1000;
/** A loader that falls behind does not make up for more than this: it would be another load. */
const MOST_BEHIND_MS = 1000;

await run(JSON.parse(process.argv[2] ?? '{}') as LoadOptions);

async function run(options: LoadOptions): Promise<void> {
  const startMs = Date.now();
  const replay = new Replay(requestPool(options.corpus, options.spansPerRequest, startMs), startMs);
  const sender = openSender(options.protocol, options.target);
  const done = { spans: 0, bytes: 0, failed: 0 };
  let latencies: number[] = [];
  let underWay = 0;
  const send = async ({ bytes, spans }: ReplayedRequest): Promise<void> => {
    underWay++;
    const sentMs = performance.now();
    try {
      await sender.send(bytes);
      done.spans += spans;
      done.bytes += bytes.length;
      latencies.push(performance.now() - sentMs);
    } catch {
      done.failed++;
    } finally {
      underWay--;
    }
  };
  const report = setInterval(() => {
    process.stdout.write(`${JSON.stringify({ ...done, ...quantiles(latencies) })}\n`);
    latencies = [];
  }, REPORT_MS);
  const began = performance.now();
  let due = 0;
  for (let last = began; last - began < options.seconds * 1000;) {
    await new Promise((resolve) => setTimeout(resolve, options.spansPerSecond === null ? 0 : TICK_MS));
    const now = performance.now();
    const rate = options.spansPerSecond;
    due =
      rate === null ? Infinity : Math.min(due + (rate * (now - last)) / 1000, (rate * MOST_BEHIND_MS) / 1000);
    while (due > 0 && underWay < options.inFlight) {
      const request = replay.next(Date.now());
      due -= request.spans;
      void send(request);
    }
    last = now;
  }
  while (underWay > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  clearInterval(report);
  process.stdout.write(`${JSON.stringify({ ...done, ...quantiles(latencies) })}\n`);
  sender.close();
}

function quantiles(latencies: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
