/**
 * What clients sent and what they were told, as two files of tab-separated lines that ClickHouse takes as they are: hours of
 * load in bounded memory, on a disk that no fault touches.
 *
 * Not for what the pipeline made of it (audit.ts). A span is written before the first attempt to send it: what is found in
 * the tables and not in the ledger was never sent.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SPAN_KINDS, SPAN_STATUSES } from '../../services/core/metrics/deltas.ts';

/** A span as its client knows it. What the pipeline is to make of it stands here in words of the load's own. */
export interface LedgerSpan {
  /** Hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly service: string;
  readonly name: string;
  /** What metrics are to call it. */
  readonly operation: string;
  readonly kind: number;
  readonly status: number;
  /** Unix ms, by the client's clock. */
  readonly startMs: number;
  readonly durationMs: number;
  /** How many spans it stands for. */
  readonly weight: number;
  /** Who an edge is to name at the other end where no span of it comes; empty for nobody. */
  readonly peer: string;
  readonly peerType: '' | 'database' | 'messaging' | 'rpc';
}

/**
 * answered: with success. unknown: an attempt got no answer, and it was too late to repeat it; there is one of it or none.
 * refused: every attempt was turned away for certain; there is none of it. rejected: a collector called it no good, which it is not.
 */
export type RequestOutcome = 'answered' | 'unknown' | 'refused' | 'rejected';

export interface DeliveredRequest {
  readonly request: number;
  readonly spans: number;
  /** First attempt, Unix ms; 0 where there was none. */
  readonly sentAtMs: number;
  /** 0 where it was not. */
  readonly answeredAtMs: number;
  readonly outcome: RequestOutcome;
  readonly attempts: number;
  /** Attempts of which the client can't say what became of them. */
  readonly ambiguous: number;
}

const BUFFER_CHARACTERS = 256 * 1024;
export const SPANS_FILE = 'spans.tsv';
export const REQUESTS_FILE = 'requests.tsv';

export class Ledger {
  readonly directory: string;
  /** Spans by what became of their requests; `sent` counts all of them. */
  readonly counts = { sent: 0, answered: 0, unknown: 0, refused: 0, rejected: 0 };
  private readonly spans: LineFile;
  private readonly requests: LineFile;

  /** Begins an empty one; in a directory of its own under the system's temporary one unless told where. */
  constructor(directory: string = mkdtempSync(join(tmpdir(), 'spanmill-ledger-'))) {
    mkdirSync(directory, { recursive: true });
    this.directory = directory;
    this.spans = new LineFile(join(directory, SPANS_FILE));
    this.requests = new LineFile(join(directory, REQUESTS_FILE));
  }

  onSent(request: number, spans: readonly LedgerSpan[]): void {
    this.counts.sent += spans.length;
    for (const span of spans) this.spans.add(spanLine(request, span));
  }

  onDelivered(delivered: DeliveredRequest): void {
    const { request, spans, sentAtMs, answeredAtMs, outcome, attempts, ambiguous } = delivered;
    this.counts[outcome] += spans;
    this.requests.add([request, sentAtMs, answeredAtMs, outcome, attempts, ambiguous].join('\t'));
  }

  /** Everything told so far is in the files afterwards. */
  flush(): void {
    this.spans.flush();
    this.requests.flush();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The columns of `sent_spans` (audit/schema.sql), in order. None of the texts holds a tab, a line end or a backslash. */
function spanLine(request: number, span: LedgerSpan): string {
  const { traceId, spanId, parentId, service, name, operation, weight, peer, peerType } = span;
  return [
    ...[traceId, spanId, parentId, service, name, operation],
    ...[SPAN_KINDS[span.kind] ?? '', SPAN_STATUSES[span.status] ?? ''],
    ...[span.startMs, span.durationMs, weight, peer, peerType, request],
  ].join('\t');
}

/** Appends lines, many at a time. */
class LineFile {
  private readonly path: string;
  private lines: string[] = [];
  private characters = 0;

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, '');
  }

  add(line: string): void {
    this.lines.push(line);
    this.characters += line.length;
    if (this.characters >= BUFFER_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.lines.length === 0) return;
    appendFileSync(this.path, `${this.lines.join('\n')}\n`);
    this.lines = [];
    this.characters = 0;
  }
}
