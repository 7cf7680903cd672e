/**
 * Files of spans to a collector, one after the other.
 *
 * Nothing is held but what is being sent, so files may be of any size. With a shift, files are read twice: once for the newest time
 * in all of them, once to be sent. Not for the command line (commands/ingest.ts).
 */
import type { Readable } from 'node:stream';
import { WireError } from '../../core/wire/cursor.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { CliError } from '../context.ts';
import type { Fetch } from '../query_client.ts';
import { detectFormat } from './detect_format.ts';
import { INGEST_FORMATS, type IngestFormatName } from './formats.ts';
import { lookUp, openInput, STANDARD_INPUT } from './input_file.ts';
import type { IngestProgress } from './progress_bar.ts';
import { readSpans } from './read_spans.ts';
import { Sender, type ExportRequest } from './sender.ts';
import { newestTime, shiftTimes } from './shift_times.ts';

export interface IngestOptions {
  readonly files: readonly string[];
  readonly format: IngestFormatName | 'auto';
  readonly to: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Times are moved so that the newest span ends now. */
  readonly shiftToNow: boolean;
  readonly maxSpans: number;
  readonly patienceMs: number;
}

export interface IngestSurroundings {
  readonly standardInput: Readable;
  readonly fetcher: Fetch;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly onProgress: (progress: IngestProgress) => void;
}

export interface IngestOutcome {
  readonly stored: number;
  /** By why the collector refused them. */
  readonly refused: ReadonlyMap<string, number>;
  /** Places that could not be read; the first of them, and how many there are. */
  readonly unreadable: readonly string[];
  readonly unreadableCount: number;
  readonly readBytes: number;
  readonly elapsedMs: number;
}

const SHOWN_PROBLEMS = 10;
const NS_PER_MS = 1_000_000n;

/** Throws CliError where it cannot go on. `onOutcome` is told what was done in either case. */
export async function ingest(
  options: IngestOptions,
  surroundings: IngestSurroundings,
  onOutcome: (outcome: IngestOutcome) => void,
): Promise<void> {
  const { files, shiftToNow } = options;
  if (shiftToNow && files.includes(STANDARD_INPUT)) {
    throw new CliError(['--shift reads files twice, and standard input can be read once: save it first']);
  }
  const totalBytes = await totalOf(files);
  const run = new IngestRun(options, surroundings, totalBytes);
  try {
    await run.send(shiftToNow ? await run.findShift() : 0n);
  } finally {
    onOutcome(run.outcome());
  }
}

async function totalOf(files: readonly string[]): Promise<number | null> {
  const found = await Promise.all(files.map(lookUp));
  return found.reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
}

class IngestRun {
  private readonly options: IngestOptions;
  private readonly surroundings: IngestSurroundings;
  private readonly totalBytes: number | null;
  private readonly refused = new Map<string, number>();
  private unreadable: string[] = [];
  private unreadableCount = 0;
  private startedMs: number;
  private readBytes = 0;
  private spans = 0;
  private what = '';
  private waiting: string | null = null;

  constructor(options: IngestOptions, surroundings: IngestSurroundings, totalBytes: number | null) {
    this.options = options;
    this.surroundings = surroundings;
    this.totalBytes = totalBytes;
    this.startedMs = surroundings.clock.now();
  }

  /** What is to be added to all times. */
  async findShift(): Promise<bigint> {
    this.begin('reading times');
    let newest = 0n;
    await this.forEachRequest(({ bytes, spans }) => {
      const time = timesRead(() => newestTime(bytes)) ?? 0n;
      if (time > newest) newest = time;
      this.spans += spans;
      this.tell();
      return Promise.resolve();
    });
    // Said by the second reading.
    this.unreadable = [];
    this.unreadableCount = 0;
    return newest === 0n ? 0n : BigInt(this.surroundings.clock.now()) * NS_PER_MS - newest;
  }

  async send(shiftNs: bigint): Promise<void> {
    this.begin('sending');
    const { clock, timers, fetcher } = this.surroundings;
    const sender = new Sender({
      ...this.options,
      ...{ clock, timers, fetcher },
      onStored: (spans) => {
        this.spans += spans;
        this.tell();
      },
      onRefused: (spans, why) => {
        this.refused.set(why, (this.refused.get(why) ?? 0) + spans);
      },
      onWaiting: (why) => {
        this.waiting = why;
        this.tell();
      },
    });
    try {
      await this.forEachRequest(async (request) => {
        if (shiftNs !== 0n) timesRead(() => shiftTimes(request.bytes, shiftNs));
        await sender.send(request);
        this.tell();
      });
    } finally {
      await sender.finish();
    }
  }

  outcome(): IngestOutcome {
    const { spans: stored, refused, unreadable, unreadableCount, readBytes } = this;
    const elapsedMs = this.surroundings.clock.now() - this.startedMs;
    return { stored, refused, unreadable, unreadableCount, readBytes, elapsedMs };
  }

  private async forEachRequest(handle: (request: ExportRequest) => Promise<void>): Promise<void> {
    const { files, maxSpans } = this.options;
    for (const file of files) {
      const name = file === STANDARD_INPUT ? 'standard input' : file;
      const { head, chunks } = await openInput(file, this.surroundings.standardInput, (bytes) => {
        this.readBytes += bytes;
      });
      if (head.length === 0) continue;
      const format = INGEST_FORMATS[this.formatOf(name, head)];
      const onUnreadable = (problem: string): void => this.reportUnreadable(problem);
      for await (const request of readSpans({ name, format, chunks, maxSpans, onUnreadable }))
        await handle(request);
    }
  }

  private formatOf(name: string, head: Buffer): IngestFormatName {
    const { format } = this.options;
    if (format !== 'auto') return format;
    const detected = detectFormat(head);
    if (detected === null)
      throw new CliError([`${name}: its format is not known by how it begins: say it with --format`]);
    return detected;
  }

  private begin(what: string): void {
    this.what = what;
    this.startedMs = this.surroundings.clock.now();
    this.readBytes = this.spans = 0;
  }

  private reportUnreadable(problem: string): void {
    this.unreadableCount += 1;
    if (this.unreadable.length < SHOWN_PROBLEMS) this.unreadable.push(problem);
  }

  private tell(): void {
    const { what, readBytes, totalBytes, spans, waiting } = this;
    const elapsedMs = this.surroundings.clock.now() - this.startedMs;
    this.surroundings.onProgress({ what, readBytes, totalBytes, spans, elapsedMs, waiting });
  }
}

/** Null where the inside of a span cannot be read: then its times stay, and whoever reads it later says so. */
function timesRead<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
