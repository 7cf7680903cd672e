/**
 * Traces as Jaeger's UI saves them, and as its `/api/traces` answers, to OTLP:
 *
 *     { traceID, spans: [ { traceID, spanID, operationName, references, flags, startTime, duration (both us), tags, logs,
 *       processID, warnings } ], processes: { ID: { serviceName, tags } } }
 *
 * Read backwards from what a UI needs: ids are hex of any length, tags have a type and a value of JSON's.
 */
import { FormatError } from '../../core/otlp/format_error.ts';
import { addLogField, beginLog, endLog } from '../../core/jaeger/jaeger_log.ts';
import { addProcessTag, endProcess, JaegerProcess } from '../../core/jaeger/jaeger_process.ts';
import {
  addReference,
  addTag,
  CHILD_OF,
  endSpan,
  FOLLOWS_FROM,
  JaegerSpan,
  resetSpan,
} from '../../core/jaeger/jaeger_span.ts';
import { SpansWriter, takeRequest, type AttributeValue } from '../../core/otlp/span_writer.ts';

const SPAN_ID_DIGITS = 16;
const TRACE_ID_DIGITS = 32;
const NS_PER_US = 1_000n;
const NO_RESOURCE = new Uint8Array();

/** `body`: an array of traces. Throws FormatError. */
export function tracesFromJaegerJson(body: Uint8Array): Uint8Array {
  const spans = new SpansWriter(body.length);
  for (const [at, trace] of arrayOf(parse(body), 'traces').entries()) addTrace(spans, trace, `[${at}]`);
  return takeRequest(spans);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new FormatError('traces: is no JSON', { cause });
  }
}

function addTrace(spans: SpansWriter, trace: unknown, path: string): void {
  const { spans: given, processes } = objectOf(trace, path);
  const resources = new Map(
    Object.entries(objectOf(processes ?? {}, `${path}.processes`)).map(([id, process]) => [
      id,
      resourceOf(process, `${path}.processes.${id}`),
    ]),
  );
  const span = new JaegerSpan();
  for (const [at, one] of arrayOf(given, `${path}.spans`).entries()) {
    const spanPath = `${path}.spans[${at}]`;
    resetSpan(span);
    const processId = readSpan(span, objectOf(one, spanPath), spanPath);
    endSpan(span, spans, resources.get(processId) ?? NO_RESOURCE);
  }
}

function resourceOf(process: unknown, path: string): Uint8Array {
  const { serviceName, tags } = objectOf(process, path);
  const read = new JaegerProcess();
  read.serviceName = textOf(serviceName ?? '', `${path}.serviceName`);
  for (const [key, value] of tagsOf(tags, `${path}.tags`)) addProcessTag(read, key, value);
  return endProcess(read);
}

/** Gives the id of its process. */
function readSpan(span: JaegerSpan, given: Fields, path: string): string {
  span.traceId = idOf(given['traceID'], TRACE_ID_DIGITS, `${path}.traceID`);
  span.spanId = idOf(given['spanID'], SPAN_ID_DIGITS, `${path}.spanID`);
  if (given['parentSpanID'] != null) {
    span.parentSpanId = idOf(given['parentSpanID'], SPAN_ID_DIGITS, `${path}.parentSpanID`);
  }
  span.operationName = textOf(given['operationName'] ?? '', `${path}.operationName`);
  span.flags = Number(wholeOf(given['flags'] ?? 0, `${path}.flags`));
  span.startNs = NS_PER_US * wholeOf(given['startTime'] ?? 0, `${path}.startTime`);
  span.durationNs = NS_PER_US * wholeOf(given['duration'] ?? 0, `${path}.duration`);
  for (const [key, value] of tagsOf(given['tags'], `${path}.tags`)) addTag(span, key, value);
  readReferences(span, given['references'], `${path}.references`);
  readLogs(span, given['logs'], `${path}.logs`);
  span.warnings = arrayOf(given['warnings'] ?? [], `${path}.warnings`).map((one) =>
    textOf(one, `${path}.warnings`),
  );
  return textOf(given['processID'] ?? '', `${path}.processID`);
}

function readReferences(span: JaegerSpan, references: unknown, path: string): void {
  for (const [at, one] of arrayOf(references ?? [], path).entries()) {
    const { refType, traceID, spanID } = objectOf(one, `${path}[${at}]`);
    addReference(span, {
      type: refType === 'FOLLOWS_FROM' ? FOLLOWS_FROM : CHILD_OF,
      traceId: idOf(traceID, TRACE_ID_DIGITS, `${path}[${at}].traceID`),
      spanId: idOf(spanID, SPAN_ID_DIGITS, `${path}[${at}].spanID`),
    });
  }
}

function readLogs(span: JaegerSpan, logs: unknown, path: string): void {
  for (const [at, one] of arrayOf(logs ?? [], path).entries()) {
    const { timestamp, fields } = objectOf(one, `${path}[${at}]`);
    const log = beginLog(span.writer);
    log.timeNs = NS_PER_US * wholeOf(timestamp ?? 0, `${path}[${at}].timestamp`);
    for (const [key, value] of tagsOf(fields, `${path}[${at}].fields`)) addLogField(log, key, value);
    endLog(log);
  }
}

function tagsOf(tags: unknown, path: string): [string, AttributeValue][] {
  return arrayOf(tags ?? [], path).map((tag, at) => {
    const { key, type, value } = objectOf(tag, `${path}[${at}]`);
    return [textOf(key ?? '', `${path}[${at}].key`), valueOf(type, value, `${path}[${at}].value`)];
  });
}

/** Numbers beyond what JavaScript holds come as text from Jaeger. */
function valueOf(type: unknown, value: unknown, path: string): AttributeValue {
  if (type === 'int64') return wholeOf(value, path);
  if (type === 'float64' && (typeof value === 'number' || typeof value === 'string')) return Number(value);
  if (type === 'binary' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  throw new FormatError(`${path}: must be text, a number, true or false`);
}

type Fields = Readonly<Partial<Record<string, unknown>>>;

function objectOf(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FormatError(`${path}: must be an object`);
}

function arrayOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(`${path}: must be an array`);
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new FormatError(`${path}: must be text`);
}

function wholeOf(value: unknown, path: string): bigint {
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value);
  if (isWhole || (typeof value === 'string' && /^-?\d{1,19}$/.test(value))) return BigInt(value);
  throw new FormatError(`${path}: must be a whole number`);
}

/** Jaeger leaves leading zeros out. */
function idOf(value: unknown, digits: number, path: string): Uint8Array {
  if (typeof value === 'string' && value.length <= digits && /^[0-9a-fA-F]*$/.test(value)) {
    return Buffer.from(value.padStart(digits, '0'), 'hex');
  }
  throw new FormatError(`${path}: must be an id of at most ${digits} hexadecimal digits`);
}
