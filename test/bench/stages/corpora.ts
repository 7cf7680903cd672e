/** The spans that benches send, by name. All are seeded: each run sends the same. */
import { seeded } from '../../support/known_load.ts';
import { FleetRequests } from '../corpus/fleet_requests.ts';
import { PlainRequests, type PlainShape } from '../corpus/plain_requests.ts';

export type CorpusName = keyof typeof CORPORA;

interface Requests {
  next(startMs: number): Uint8Array;
}

const SEED = 42;

const plain =
  (shape: PlainShape) =>
  (spansPerRequest: number): Requests =>
    new PlainRequests(seeded(SEED), shape, spansPerRequest);

const CHAIN = { spansPerTrace: 8, events: 0, links: 0 };

export const CORPORA = {
  /** A shop's fleet: 5 to 30 spans a trace, about 410 bytes a span, 8 attributes of the resource and 8 to 10 of the span. */
  shop: (spansPerRequest: number): Requests => new FleetRequests(seeded(SEED), spansPerRequest),
  /** Many attributes, events and links. */
  wide: plain({ spansPerTrace: 8, attributes: 24, valueLength: 60, events: 4, links: 2 }),
  /** Two spans a trace: most of the cost is the trace's. */
  pairs: plain({ spansPerTrace: 2, attributes: 8, valueLength: 20, events: 0, links: 0 }),
  /** Three spans a trace, small: for very many open traces. */
  triples: plain({ spansPerTrace: 3, attributes: 4, valueLength: 12, events: 0, links: 0 }),
  '200 B': plain({ ...CHAIN, attributes: 4, valueLength: 12 }),
  '1 KB': plain({ ...CHAIN, attributes: 16, valueLength: 40 }),
  '5 KB': plain({ ...CHAIN, attributes: 24, valueLength: 190 }),
  '20 KB': plain({ ...CHAIN, attributes: 40, valueLength: 480 }),
};

/** Larger requests than this gain nothing and only fill the memory of the load. */
const POOL_BYTES = 96 * 1024 * 1024;
const POOL_REQUESTS = 512;

/** Enough requests that neither a compressor nor a dictionary sees the same one again soon. */
export function requestPool(
  corpus: CorpusName,
  spansPerRequest: number,
  startMs: number,
  most = POOL_REQUESTS,
): Uint8Array[] {
  const requests = CORPORA[corpus](spansPerRequest);
  const pool: Uint8Array[] = [];
  for (let bytes = 0; pool.length < most && bytes < POOL_BYTES;) {
    const request = requests.next(startMs);
    bytes += request.length;
    pool.push(request);
  }
  return pool;
}
