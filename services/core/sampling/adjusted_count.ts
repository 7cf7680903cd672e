/**
 * How many spans a span stands for, as its trace state says.
 *
 * A sampler that keeps a share of the traces writes its rejection threshold T into the trace state:
 * `ot=th:<1 to 14 lower-case hex digits, zeros on the right left out>`. It kept those whose randomness is at least T of 2^56,
 * so each that is here counts 2^56 / (2^56 - T).
 * Source: OpenTelemetry specification, "TraceState: Probability Sampling".
 */
import { decodeUtf8 } from '../otlp/attributes.ts';

const THRESHOLD_DIGITS = 14;
const HALF = 0x1000_0000;

/** The adjusted count of the W3C trace state `buf[start, end)`; 1 where it names no threshold or one that is malformed. */
export function adjustedCount(buf: Uint8Array, start: number, end: number): number {
  return start === end ? 1 : adjustedCountOf(decodeUtf8(buf, start, end));
}

export function adjustedCountOf(traceState: string): number {
  for (const member of traceState.split(',')) {
    const [key, value] = splitOnce(member.trim(), '=');
    if (key !== 'ot') continue;
    for (const field of value.split(';')) {
      const [name, digits] = splitOnce(field, ':');
      if (name === 'th') return countOf(digits);
    }
    return 1;
  }
  return 1;
}

/** The 56 bits of T are held in two halves of 28: 2^56 - T then is exact where T itself would not fit a double. */
function countOf(digits: string): number {
  if (!/^[0-9a-f]{1,14}$/.test(digits)) return 1;
  const padded = digits.padEnd(THRESHOLD_DIGITS, '0');
  const high = parseInt(padded.slice(0, 7), 16);
  const low = parseInt(padded.slice(7), 16);
  return (HALF * HALF) / ((HALF - high) * HALF - low);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
