/**
 * A file as OTLP messages of a bounded size: cut into elements, some of them converted together, and joined or cut to requests.
 *
 * An element that is no span does not take others with it: those that were to be converted with it are converted one by one, and it
 * is reported with its place. Not for sending.
 */
import { FormatError } from '../../core/otlp/format_error.ts';
import { sizedTraces } from '../../core/otlp/sized_traces.ts';
import { SpanIndex } from '../../core/otlp/span_index.ts';
import { WireError } from '../../core/wire/cursor.ts';
import { CliError } from '../context.ts';
import { placeText, SplitError, type Element } from './elements.ts';
import type { IngestFormat } from './formats.ts';
import type { ExportRequest } from './sender.ts';

export interface ReadOptions {
  readonly name: string;
  readonly format: IngestFormat;
  readonly chunks: AsyncIterable<Buffer>;
  /** Of a request, about: an element is not cut for it. */
  readonly maxSpans: number;
  /** An element that cannot be read, and why; the rest goes on. */
  readonly onUnreadable: (problem: string) => void;
}

/** Elements that are converted together. */
const GROUP_BYTES = 1024 * 1024;
/** A request that is as large is complete; the collector takes 16 MiB. */
const FULL_BYTES = 2 * 1024 * 1024;
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/** Throws CliError where the file cannot be read on. */
export async function* readSpans(options: ReadOptions): AsyncGenerator<ExportRequest> {
  const { name, format, chunks } = options;
  const splitter = format.splitter();
  const requests = new RequestBuilder(options);
  try {
    for await (const chunk of chunks) yield* requests.add(splitter.push(chunk));
    splitter.end();
  } catch (cause) {
    if (!(cause instanceof SplitError)) throw cause;
    // What stands before it is good all the same.
    yield* requests.end();
    throw new CliError([`${name}: ${cause.message}`], { cause });
  }
  yield* requests.end();
}

class RequestBuilder {
  private readonly options: ReadOptions;
  private readonly index = new SpanIndex();
  private group: Element[] = [];
  private groupBytes = 0;
  private traces: Buffer[] = [];
  private bytes = 0;
  private spans = 0;

  constructor(options: ReadOptions) {
    this.options = options;
  }

  *add(elements: readonly Element[]): Generator<ExportRequest> {
    const { maxSpans } = this.options;
    for (const element of elements) {
      this.group.push(element);
      this.groupBytes += element.bytes.length;
      if (this.group.length >= maxSpans || this.groupBytes >= GROUP_BYTES) yield* this.convertGroup();
    }
  }

  *end(): Generator<ExportRequest> {
    yield* this.convertGroup();
    yield* this.request();
  }

  private *convertGroup(): Generator<ExportRequest> {
    const { group } = this;
    this.group = [];
    this.groupBytes = 0;
    if (group.length === 0) return;
    for (const { bytes, spans } of this.converted(group)) {
      const { maxSpans } = this.options;
      if (this.spans > 0 && (this.spans + spans > maxSpans || this.bytes + bytes.length > FULL_BYTES)) {
        yield* this.request();
      }
      this.traces.push(bytes);
      this.bytes += bytes.length;
      this.spans += spans;
    }
  }

  /** All at once, or those that can be read one by one. */
  private converted(group: readonly Element[]): ExportRequest[] {
    try {
      return [this.convert(group)];
    } catch (error) {
      const problem = problemOf(error);
      const [only] = group;
      if (group.length > 1 || only === undefined)
        return group.flatMap((element) => this.converted([element]));
      this.options.onUnreadable(`${this.options.name}, ${placeText(only)}: ${problem}`);
      return [];
    }
  }

  private convert(group: readonly Element[]): ExportRequest {
    const { join, toOtlp } = this.options.format;
    const traces = toOtlp(join(group.map(({ bytes }) => bytes)));
    this.index.read(traces);
    const bytes = Buffer.from(traces.buffer, traces.byteOffset, traces.length);
    return { bytes, spans: this.index.count };
  }

  private *request(): Generator<ExportRequest> {
    const { traces, spans, bytes } = this;
    this.traces = [];
    this.bytes = this.spans = 0;
    if (spans === 0) return;
    const whole = Buffer.concat(traces);
    if (bytes <= MAX_REQUEST_BYTES) {
      yield { bytes: whole, spans };
      return;
    }
    const { fitting, tooLarge } = sizedTraces(whole, MAX_REQUEST_BYTES);
    // Those that are too large are the collector's to refuse, or to take.
    for (const part of [...fitting, ...tooLarge]) yield { bytes: Buffer.from(part.bytes), spans: part.spans };
  }
}

/** Throws what is no fault of the bytes. */
function problemOf(error: unknown): string {
  if (error instanceof FormatError || error instanceof WireError) return error.message;
  throw error;
}
