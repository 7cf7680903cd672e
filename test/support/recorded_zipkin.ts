/** The traces of real systems beside the checkout (`../shared/data/zipkin`), moved to a time that is not long past. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZipkinSpan } from '../../services/query/zipkin/zipkin_span.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/zipkin');

export interface RecordedTrace {
  readonly name: string;
  readonly spans: readonly ZipkinSpan[];
}

/** Empty where the recordings are not there. Each ends `endMs`, with its own distances kept. */
export function recordedTraces(endMs: number): RecordedTrace[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, spans: movedTo(endMs, read(name)) }));
}

function read(name: string): ZipkinSpan[] {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as ZipkinSpan[];
}

function movedTo(endMs: number, spans: readonly ZipkinSpan[]): ZipkinSpan[] {
  const newest = Math.max(...spans.map(({ timestamp }) => timestamp ?? 0));
  const shift = endMs * 1000 - newest;
  return spans.map(({ timestamp = 0, annotations, ...span }) => ({
    ...span,
    timestamp: timestamp + shift,
    ...(annotations !== undefined && {
      annotations: annotations.map((one) => ({ ...one, timestamp: one.timestamp + shift })),
    }),
  }));
}
