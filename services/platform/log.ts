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
  /** Where one of them would stand in a line, `[secret]` does. */
  readonly secrets?: readonly string[];
}

/** Errors are given as `{ error }` and written with their cause. */
export function createLog(options: LogOptions): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY);
  const hide = hider(options.secrets ?? []);
  const settings = {
    level: options.level,
    base: { service: options.service },
    serializers: { error: pino.stdSerializers.errWithCause },
    redact: { paths: SECRET_FIELDS, censor: HIDDEN },
    // The last step before the line goes out: an error's text may hold what no field name tells of.
    hooks: { streamWrite: hide },
  };
  if (pretty) {
    const transport = { target: 'pino-pretty', options: { ignore: 'pid,hostname,service' } };
    return pino({ ...settings, transport });
  }
  // Written as it is said: otherwise a fatal line, which is flushed at once, and the lines around it change places.
  return pino(settings, pino.destination({ dest: 1, sync: true }));
}

const HIDDEN = '[secret]';
/** Fields that hold secrets wherever they come from, in what is logged and one level below. */
const SECRET_FIELDS = ['password', 'authorization', 'sasl', 'secret', 'token'].flatMap((name) => [
  name,
  `*.${name}`,
]);
/** Shorter ones stand in many a word, and hide nothing. */
const MIN_SECRET_LENGTH = 4;

/** Takes the secrets out of a line, also where they stand as JSON writes them. */
export function hider(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longer first: one may be the beginning of another.
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) => unique.reduce((rest, form) => rest.replaceAll(form, HIDDEN), line);
}
