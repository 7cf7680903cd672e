/** How long a span takes from its send to a row that a query sees: single traces among the load, each looked for until it is there. */
import { randomBytes } from 'node:crypto';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import type { Sender } from './sender.ts';

const EVERY_MS = 500;
const LOOK_MS = 50;
const SERVICE = 'bench-probe';

/** Milliseconds of each probe that was seen, over `seconds`; those of the last ten seconds are waited for. */
export async function probeDelays(
  clickhouse: ClickHouse,
  sender: Sender,
  seconds: number,
): Promise<number[]> {
  const sentMs = new Map<string, number>();
  const delays: number[] = [];
  const began = performance.now();
  const endOfProbes = began + seconds * 1000;
  let nextProbe = began;
  while (performance.now() < endOfProbes || (sentMs.size > 0 && performance.now() < endOfProbes + 10_000)) {
    const now = performance.now();
    if (now >= nextProbe && now < endOfProbes) {
      nextProbe += EVERY_MS;
      const traceId = randomBytes(16).toString('hex');
      sentMs.set(traceId, now);
      await sender.send(probe(traceId));
    }
    const rows = await clickhouse.query(
      `SELECT TraceId AS id FROM otel_traces
       WHERE ServiceName = {service:String} AND Timestamp > now64() - 60 AND TraceId IN {ids:Array(String)}`,
      { service: SERVICE, ids: [...sentMs.keys()] },
    );
    const seenMs = performance.now();
    for (const { id } of rows) {
      const sent = sentMs.get(String(id));
      if (sent !== undefined) delays.push(seenMs - sent);
      sentMs.delete(String(id));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (sentMs.size > 0) throw new Error(`${sentMs.size} probes were not seen within ten seconds`);
  return delays;
}

function probe(traceId: string): Uint8Array {
  const spanId = randomBytes(8).toString('hex');
  const span = { traceId, spanId, name: 'probe', startMs: Date.now(), durationMs: 1 };
  return tracesData([{ service: SERVICE, spans: [span] }]);
}
