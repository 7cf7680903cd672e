/**
 * Reads what analysis needs of a span, as the span arrives.
 *
 * MEASURED: a second later, when its fragment is sent, the bytes have left the processor's caches, and reading them again took longer
 * than keeping what was read. Caches of names and peers make no difference to any result.
 */
import { SPAN_STATUSES } from '../metrics/deltas.ts';
import { OperationNames } from '../metrics/operation_name.ts';
import { KIND_CONSUMER, STATUS_ERROR } from '../otlp/fields.ts';
import { durationNs, type SpanView } from '../otlp/span_view.ts';
import { adjustedCount } from '../sampling/adjusted_count.ts';
import { WireError } from '../wire/cursor.ts';
import { readLinksWithin } from './links.ts';
import { PeerReader } from './peer.ts';
import type { EdgePeer, SpanHeader, SpanId } from './run.ts';
import { knownKind, NO_LINKS, type NodeFacts } from './span_facts.ts';

export class FactsReader {
  private readonly operations = new OperationNames();
  private readonly peers = new PeerReader();

  /** Reads the span in `view`, all but the start that counts (settleStart). The trace id is 16 raw bytes as latin1. */
  read(view: SpanView, header: SpanHeader, traceId: string, facts: NodeFacts): void {
    const { buf } = view;
    facts.service = header.service;
    facts.operation = this.operations.of(buf, view.nameStart, view.nameEnd);
    facts.kind = knownKind(view.kind);
    facts.status = view.statusCode > 0 && view.statusCode < SPAN_STATUSES.length ? view.statusCode : 0;
    facts.isError = facts.status === STATUS_ERROR;
    facts.startLow = view.startTimeLow;
    facts.startHigh = view.startTimeHigh;
    facts.durationNs = durationNs(view);
    facts.weight = adjustedCount(buf, view.traceStateStart, view.traceStateEnd);
    facts.peer = this.readPeer(view);
    facts.links = facts.kind === KIND_CONSUMER ? readLinks(view, traceId) : NO_LINKS;
  }

  private readPeer(view: SpanView): EdgePeer | null {
    try {
      return this.peers.read(view);
    } catch (error) {
      return unlessMalformed(error, null);
    }
  }
}

function readLinks(view: SpanView, traceId: string): readonly SpanId[] {
  try {
    return readLinksWithin(view, traceId);
  } catch (error) {
    return unlessMalformed(error, NO_LINKS);
  }
}

/** Attributes and links were not looked into before: where they are malformed the span counts without them. */
function unlessMalformed<T>(error: unknown, fallback: T): T {
  if (error instanceof WireError) return fallback;
  throw error;
}
