/** The thread behind conversion_thread.ts: one body after the other becomes OTLP, or what is wrong with it. */
import { parentPort } from 'node:worker_threads';
import { FormatError } from '../core/otlp/format_error.ts';
import { RequestTooLargeError } from '../core/otlp/request_limits.ts';
import { SLOW_FORMATS } from './conversion_formats.ts';
import type { Conversion, Converted } from './conversion_thread.ts';

function convert({ id, protocol, body }: Conversion): Converted {
  const format = SLOW_FORMATS.get(protocol);
  if (format === undefined) throw new Error(`no conversion of ${protocol}`);
  try {
    return { id, otlp: format.toOtlp(body) };
  } catch (error) {
    if (error instanceof FormatError) return { id, fault: 'format', message: error.message };
    if (error instanceof RequestTooLargeError) return { id, fault: 'too_large', message: error.message };
    throw error;
  }
}

parentPort?.on('message', (conversion: Conversion) => {
  const converted = convert(conversion);
  const bytes = 'otlp' in converted ? converted.otlp.buffer : null;
  parentPort?.postMessage(converted, bytes instanceof ArrayBuffer ? [bytes] : []);
});
