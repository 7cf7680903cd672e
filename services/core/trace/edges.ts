/**
 * The calls between services that a run of a trace shows, counted when the run has ended.
 *
 * Counted at the end and not fragment by fragment: only then is it certain who a span's counterpart is (a client's twin, or
 * the parent, may come late), so the totals do not depend on how the run was cut or in which order its spans came.
 *
 * What counts, each call once:
 * - a server or consumer under a client or producer of another service; each of several servers under one client is a call;
 * - a consumer and the producers that it links to;
 * - any other parent and child in different services, as `unknown`;
 * - a client or producer without a counterpart, to the peer that its attributes name;
 * - a consumer without a counterpart, from the queue that its attributes name.
 * Where client spans of one service nest (an HTTP call inside a database client), the outermost speaks for the call.
 */
import type { ConnectionType, EdgeEnd, EdgePeer, SentSpan, SpanTable } from './run.ts';
import { isCallee, isCaller, isSent, parentOf, producerOf } from './span_relations.ts';
import { KIND_CONSUMER, KIND_PRODUCER } from '../otlp/fields.ts';

/** One call. An end that reported no span is null. */
export interface EdgeCall {
  readonly client: string;
  readonly server: string;
  readonly type: ConnectionType;
  readonly clientEnd: EdgeEnd | null;
  readonly serverEnd: EdgeEnd | null;
}

/** Client spans of one service nest no deeper than this; ids that run in a circle end here. */
const MAX_NESTING = 16;

/** Tells `count` every call among the spans of a run that has ended. */
export function countCalls(spans: SpanTable, count: (call: EdgeCall) => void): void {
  const sent = spans.nodes.filter(isSent);
  for (const span of sent) {
    span.parent = parentOf(spans, span);
    if (span.parent !== null) pairWithParent(span.parent, span, count);
    if (span.edge.links.length > 0) pairWithLinked(spans, span, count);
  }
  for (const span of sent) if (span.isPaired) markAround(span);
  for (const span of sent) {
    if (span.edge.peer === null || span.isPaired || span.isDelegated) continue;
    if (!isSpokenFor(span)) count(callToPeer(span, span.edge.peer));
  }
}

function pairWithParent(parent: SentSpan, child: SentSpan, count: (call: EdgeCall) => void): void {
  const isCall = isCaller(parent.kind) && isCallee(child.kind);
  const isElsewhere = parent.edge.service !== child.edge.service;
  if (!isCall && !isElsewhere) return;
  if (isCaller(parent.kind)) parent.isPaired = true;
  if (isCallee(child.kind)) child.isPaired = true;
  if (!isElsewhere) return;
  const call = callBetween(parent, child);
  count(isCall ? call : { ...call, type: 'unknown', clientEnd: null });
}

function pairWithLinked(spans: SpanTable, consumer: SentSpan, count: (call: EdgeCall) => void): void {
  for (const linked of consumer.edge.links) {
    const producer = producerOf(spans, linked, consumer);
    if (producer === null || producer === consumer.parent) continue;
    producer.isPaired = consumer.isPaired = true;
    if (producer.edge.service !== consumer.edge.service) count(callBetween(producer, consumer));
  }
}

function callBetween(client: SentSpan, server: SentSpan): EdgeCall {
  const isMessage = client.kind === KIND_PRODUCER || server.kind === KIND_CONSUMER;
  return {
    client: client.edge.service,
    server: server.edge.service,
    type: isMessage ? 'messaging' : 'rpc',
    clientEnd: client.edge,
    serverEnd: server.edge,
  };
}

function callToPeer(span: SentSpan, peer: EdgePeer): EdgeCall {
  const { service } = span.edge;
  return span.kind === KIND_CONSUMER
    ? { client: peer.name, server: service, type: peer.type, clientEnd: null, serverEnd: span.edge }
    : { client: service, server: peer.name, type: peer.type, clientEnd: span.edge, serverEnd: null };
}

/** Who made a call through a client that has its counterpart needs none of its own. */
function markAround(span: SentSpan): void {
  let around = spanAround(span);
  while (around !== null && !around.isPaired && !around.isDelegated) {
    around.isDelegated = true;
    around = spanAround(around);
  }
}

/** Whether a span around this one has the counterpart, or names the peer, of the same call. */
function isSpokenFor(span: SentSpan): boolean {
  let around = spanAround(span);
  for (let depth = 0; around !== null && depth < MAX_NESTING; depth++) {
    if (around.isPaired || (around.edge.peer !== null && !around.isDelegated)) return true;
    around = spanAround(around);
  }
  return false;
}

/** The span of the same service and at the same end of a call that `span` ran in: a client around a client. */
function spanAround(span: SentSpan): SentSpan | null {
  const { parent } = span;
  if (parent === null || parent.edge.service !== span.edge.service) return null;
  const isSameEnd = isCaller(span.kind) ? isCaller(parent.kind) : parent.kind === span.kind;
  return isSameEnd ? parent : null;
}
