/**
 * A log of Jaeger's as an event of OTLP's. The field `event` is the event's name. Where there is none, `message` gives the name
 * and stays a field, so that what Jaeger's UI shows is what was logged.
 */
import * as field from '../otlp/fields.ts';
import { writeAttribute, writeText, writeUnixNano, type AttributeValue } from '../otlp/span_writer.ts';
import { beginLengthField, endLengthField, type WireWriter } from '../wire/writer.ts';

/** A log that is being read; fields are written as they come. */
export interface OpenLog {
  readonly writer: WireWriter;
  readonly start: number;
  event: string | null;
  message: string;
  timeNs: bigint;
}

export function beginLog(writer: WireWriter): OpenLog {
  const start = beginLengthField(writer, field.SPAN_EVENTS);
  return { writer, start, event: null, message: '', timeNs: 0n };
}

export function addLogField(log: OpenLog, key: string, value: AttributeValue): void {
  if (key === 'event' && typeof value === 'string' && log.event === null) {
    log.event = value;
    return;
  }
  if (key === 'message' && typeof value === 'string') log.message = value;
  writeAttribute(log.writer, field.EVENT_ATTRIBUTES, key, value);
}

export function endLog({ writer, start, event, message, timeNs }: OpenLog): void {
  writeUnixNano(writer, field.EVENT_TIME, timeNs);
  writeText(writer, field.EVENT_NAME, event ?? message);
  endLengthField(writer, start);
}
