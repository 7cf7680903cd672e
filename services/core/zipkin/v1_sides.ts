/**
 * The hosts of a v1 span, each of which becomes a v2 span: what is being found out about each.
 *
 * Hosts are told apart by service name, since the same host often writes its address in several ways. What comes without an
 * endpoint is the first host's.
 */
import { KIND_UNSPECIFIED } from '../otlp/fields.ts';
import type { AttributeValue } from '../otlp/span_writer.ts';
import type { Annotation, Endpoint, ZipkinSpan } from './span.ts';
import type { V1Span } from './v1_span.ts';

export interface Side {
  kind: number;
  timestampUs: bigint;
  durationUs: bigint;
  shared: boolean;
  localEndpoint: Endpoint | null;
  remoteEndpoint: Endpoint | null;
  readonly annotations: Annotation[];
  readonly tags: Map<string, AttributeValue>;
}

/** A call has two ends. More hosts than this would multiply what is written for one span: theirs is the first one's. */
const MAX_SIDES = 4;

export class Sides {
  readonly first = newSide(null);
  readonly all: Side[] = [this.first];
}

export function sideOf(sides: Sides, endpoint: Endpoint | null): Side {
  if (endpoint === null) return sides.first;
  sides.first.localEndpoint ??= endpoint;
  const known = sides.all.find((side) => side.localEndpoint?.serviceName === endpoint.serviceName);
  return known ?? addSide(sides, endpoint);
}

/** Another side, even where that service has one. */
export function addSide(sides: Sides, endpoint: Endpoint | null): Side {
  if (sides.all.length >= MAX_SIDES) return sides.first;
  const side = newSide(endpoint);
  sides.all.push(side);
  return side;
}

export function spansOf(span: V1Span, sides: Sides): ZipkinSpan[] {
  const { traceId, parentId, id, name, debug } = span;
  return sides.all.map((side) => ({ traceId, parentId, id, name, debug, ...side }));
}

function newSide(localEndpoint: Endpoint | null): Side {
  return {
    kind: KIND_UNSPECIFIED,
    timestampUs: 0n,
    durationUs: 0n,
    shared: false,
    localEndpoint,
    remoteEndpoint: null,
    annotations: [],
    tags: new Map(),
  };
}
