/** kafkajs's log lines in ours. It calls nearly everything an error, so only what an operator can act on is a warning. */
import kafkajs, { type LogEntry } from 'kafkajs';
import type { Log } from '../log.ts';

/** A broker that is away is said at every attempt of every connection; once in this time is enough. */
const REPEAT_AFTER_MS = 10_000;

export const KAFKAJS_LOG_LEVEL = kafkajs.logLevel.WARN;

/** For `logCreator` of kafkajs. `now` is in milliseconds, of any origin. */
export function kafkaJsLog(log: Log, now: () => number): () => (entry: LogEntry) => void {
  const said = new Map<string, number>();
  return () =>
    ({ namespace, log: { message, ...fields } }) => {
      const { broker } = fields as { readonly broker?: string };
      const isConnection = namespace === 'Connection' && /^Connection (error|timeout)/.test(message);
      if (!isConnection) {
        log.debug({ namespace, ...fields }, message);
        return;
      }
      const key = broker ?? '';
      if (now() - (said.get(key) ?? -Infinity) < REPEAT_AFTER_MS) return;
      said.set(key, now());
      log.warn({ broker }, message);
    };
}
