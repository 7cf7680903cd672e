/** What happens in a run, line by line, for who wants to read it; with all that the services log. */
import type { Log } from '../../services/platform/log.ts';
import { quietLog } from '../support/quiet_log.ts';
import type { SimTime } from './sim_time.ts';

export class Story {
  private readonly time: SimTime;
  private readonly write: ((line: string) => void) | null;

  constructor(time: SimTime, write: ((line: string) => void) | null) {
    this.time = time;
    this.write = write;
  }

  tell(what: string, fields: object): void {
    if (this.write === null) return;
    const text = JSON.stringify(fields, (_, value: unknown) =>
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    );
    this.write(`${String(this.time.elapsedMs).padStart(6)} ms  ${what}  ${text}`);
  }

  logOf(name: string): Log {
    if (this.write === null) return quietLog;
    const child = (more: object): Log => {
      const one = (fields: object, message: string): void =>
        this.tell(`${name}: ${message}`, { ...more, ...fields });
      return {
        debug: one,
        info: one,
        warn: one,
        error: one,
        fatal: one,
        child: (next) => child({ ...more, ...next }),
      };
    };
    return child({});
  }
}
