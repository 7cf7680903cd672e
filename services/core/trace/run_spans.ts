/**
 * The spans of an open run, as assembly uses them. Nearly all runs are short and wait for something all their lives, so what is
 * kept of their spans is kept where the garbage collector need not look (few_spans.ts); long ones are kept for speed of
 * lookup (many_spans.ts). Both behave alike.
 */
import type { SpanView } from '../otlp/span_view.ts';
import type { HeldRecord } from './record_store.ts';
import type { FragmentSpan, SpanHeader, SpanTable } from './run.ts';
import type { NodeFacts } from './span_facts.ts';

/** A span that has arrived, good until the next arrives: the view stands on it, its bytes are in the record. */
export interface Arrival {
  readonly view: SpanView;
  /** Hash of its bytes. */
  fingerprint: number;
  header: SpanHeader;
  /** Read once it is known not to be there yet; all but the start that counts. */
  readonly facts: NodeFacts;
  readonly record: HeldRecord;
}

export interface RunSpans {
  readonly count: number;
  readonly unsent: number;
  /** Header of the last span that waits to be sent, or null. */
  readonly lastHeader: SpanHeader | null;
  /** The root and every span's parent are there: nothing more is to be expected. */
  readonly isComplete: boolean;
  /** Whether a span of the same id, kind and bytes is there: a client's retry counts once. */
  has(arrival: Arrival): boolean;
  /** Takes in a span that is not there yet, as unsent. Its record was retained for it. */
  add(arrival: Arrival): void;
  /** Gives `send` the unsent spans, in the order they came, and all that are there, for the call alone; from then on they are sent. */
  send(send: (unsent: readonly FragmentSpan[], known: SpanTable) => void): void;
  /** All spans of a run that has ended, good until another run is sent or ended. The run holds nothing afterwards. */
  end(): SpanTable;
  /** Lets go of the records of unsent spans. */
  release(): void;
}
