/** The logger that services get. pino behind it: JSON lines, or text in a terminal. */
import { pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  child(fields: object): Log;
}

export interface LogOptions {
  readonly service: string;
  readonly level: string;
  readonly format: 'auto' | 'json' | 'pretty';
}

/** Errors are given as `{ error }` and written with their cause. */
export function createLog(options: LogOptions): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY);
  const settings = {
    level: options.level,
    base: { service: options.service },
    serializers: { error: pino.stdSerializers.errWithCause },
  };
  if (pretty) {
    const transport = { target: 'pino-pretty', options: { ignore: 'pid,hostname,service' } };
    return pino({ ...settings, transport });
  }
  // Written as it is said: otherwise a fatal line, which is flushed at once, and the lines around it change places.
  return pino(settings, pino.destination({ dest: 1, sync: true }));
}
