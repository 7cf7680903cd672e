/**
 * The load of the chaos drill: traces of known spans, sent to all collectors over both protocols at a steady rate, by clients
 * that repeat, leave early and try again, for as long as asked, in bounded memory. The ledger has what was sent and answered.
 */
import { seeded } from '../support/known_load.ts';
import { Ledger } from './ledger.ts';
import { deliver, type DeliveryContext } from './load/delivery.ts';
import { grpcTarget, httpTarget } from './load/targets.ts';
import { Traffic, type TrafficRequest } from './load/traffic.ts';

export interface LoadOptions {
  readonly seed: number;
  readonly spansPerSecond: number;
  /** gRPC as host:port, HTTP as http://host:port. */
  readonly collectors: readonly { readonly grpc: string; readonly http: string }[];
  /** Where the ledger is written; a directory of its own by default. */
  readonly directory?: string;
  /** As the processor has it: how long a repeated span is known as one. */
  readonly forgetMs?: number;
}

export interface Behaviour {
  /** Share of attempts whose client leaves before the answer. */
  readonly disconnectEarly?: number;
  /** How wrong the clocks of some services are; before now where negative. */
  readonly skewClockMs?: number;
}

export interface Load {
  readonly ledger: Ledger;
  /** Requests that wait for their answer or their next attempt. */
  readonly pending: number;
  setRate(spansPerSecond: number): void;
  setBehaviour(behaviour: Behaviour): void;
  /** Sends what is still to come of the traces that were begun, waits for answers, and writes the ledger to its end. */
  stop(): Promise<void>;
}

const TICK_MS = 50;
const FORGET_MS = 30_000;
const TIMEOUT_MS = 12_000;
const REPEAT_SHARE = 0.02;
const DISCONNECT_SHARE = 0.005;
/** More requests than this are not begun: a fleet that can't send does not grow without bound either. */
const MAX_PENDING = 2_000;
/** When the load stops, what has not been answered is tried for as long. */
const LAST_TRIES_MS = 60_000;

export function startLoad(options: LoadOptions): Load {
  const ledger = new Ledger(options.directory);
  const traffic = new Traffic(options.seed, options.spansPerSecond);
  const targets = [
    ...options.collectors.map(({ grpc }) => grpcTarget(grpc)),
    ...options.collectors.map(({ http }) => httpTarget(http)),
  ];
  const forgetMs = options.forgetMs ?? FORGET_MS;
  let disconnectEarly = DISCONNECT_SHARE;
  let endsAtMs = Infinity;
  const context: DeliveryContext = {
    targets,
    ledger,
    rules: {
      timeoutMs: TIMEOUT_MS,
      repeatWithinMs: forgetMs / 2,
      repeatShare: REPEAT_SHARE,
      repeatPauseMs: forgetMs / 10,
    },
    random: seeded(options.seed + 1),
    now: Date.now,
    disconnectEarly: () => disconnectEarly,
    endsAtMs: () => endsAtMs,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, endsAtMs - Date.now()))),
  };
  const pending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const send = (requests: readonly TrafficRequest[]) => {
    for (const request of requests) {
      ledger.onSent(request.number, request.spans);
      const delivery = deliver(request, request.number, context)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => pending.delete(delivery));
      pending.add(delivery);
    }
  };
  const ticks = setInterval(() => send(traffic.take(Date.now(), pending.size < MAX_PENDING)), TICK_MS);
  return {
    ledger,
    get pending() {
      return pending.size;
    },
    setRate: (spansPerSecond) => {
      traffic.spansPerSecond = spansPerSecond;
    },
    setBehaviour: (behaviour) => {
      disconnectEarly = behaviour.disconnectEarly ?? DISCONNECT_SHARE;
      traffic.skewClockMs = behaviour.skewClockMs ?? 0;
    },
    stop: async () => {
      clearInterval(ticks);
      send(traffic.takeRest());
      endsAtMs = Date.now() + LAST_TRIES_MS;
      await Promise.all(pending);
      for (const target of targets) target.close();
      ledger.flush();
      if (failures.length > 0) throw new AggregateError(failures, 'the load has a bug');
    },
  };
}
