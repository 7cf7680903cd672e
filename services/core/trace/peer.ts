/**
 * Who stands at the other end of a call when that end reports nothing: a database, a queue, a foreign host, as the attributes
 * of a client, producer or consumer span say. Names follow OpenTelemetry's semantic conventions, present and former.
 *
 * Not for internal and server spans: whom those know, calls them.
 */
import { AttributeKeys, readStringAttributes } from '../otlp/attributes.ts';
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, SPAN_ATTRIBUTES } from '../otlp/fields.ts';
import type { SpanView } from '../otlp/span_view.ts';
import type { EdgePeer } from './run.ts';

const DATABASE_SYSTEM = ['db.system.name', 'db.system'];
const DATABASE_NAME = ['db.namespace', 'db.name'];
const DESTINATION = ['messaging.destination.template', 'messaging.destination.name', 'messaging.destination'];
const MESSAGING_SYSTEM = ['messaging.system'];
const PEER_SERVICE = ['peer.service'];
const RPC_SERVICE = ['rpc.service'];
const HOST = ['server.address', 'net.peer.name', 'http.host'];
const URL = ['url.full', 'http.url'];

const WANTED = new AttributeKeys(
  [
    DATABASE_SYSTEM,
    DATABASE_NAME,
    DESTINATION,
    MESSAGING_SYSTEM,
    PEER_SERVICE,
    RPC_SERVICE,
    HOST,
    URL,
  ].flat(),
);

/** Names of peers come from attributes, which may hold anything. */
const MAX_NAME_LENGTH = 200;

/** The peer that the span in `view` names, or null. Throws WireError where its attributes are malformed. */
export function readPeer(view: SpanView): EdgePeer | null {
  if (view.kind !== KIND_CLIENT && view.kind !== KIND_PRODUCER && view.kind !== KIND_CONSUMER) return null;
  const attributes = readStringAttributes(view.buf, view.start, view.end, SPAN_ATTRIBUTES, WANTED);
  if (attributes.size === 0) return null;
  const peer = peerOf(view.kind, attributes);
  if (peer === null || peer.name.length <= MAX_NAME_LENGTH) return peer;
  return { ...peer, name: peer.name.slice(0, MAX_NAME_LENGTH) };
}

/** Attributes are the wanted keys, with their string values. */
export function peerOf(kind: number, attributes: ReadonlyMap<string, string>): EdgePeer | null {
  const first = (keys: readonly string[]): string | null => {
    for (const key of keys) {
      const value = attributes.get(key);
      if (value !== undefined && value !== '') return value;
    }
    return null;
  };
  const destination = first(DESTINATION);
  // A queue goes by the same name for those who write and those who read it: the two ends meet there.
  if (kind === KIND_CONSUMER) return named(destination, 'messaging');
  const host = (): string | null => withoutPort(first(HOST)) ?? hostOfUrl(first(URL));
  const system = first(MESSAGING_SYSTEM);
  if (kind === KIND_PRODUCER || destination !== null || system !== null) {
    return named(destination ?? first(PEER_SERVICE) ?? system ?? host(), 'messaging');
  }
  const database = first(DATABASE_SYSTEM);
  if (database !== null) {
    const instance = first(DATABASE_NAME) ?? host();
    return named(
      first(PEER_SERVICE) ?? (instance === null ? database : `${database}/${instance}`),
      'database',
    );
  }
  return named(first(PEER_SERVICE) ?? first(RPC_SERVICE) ?? host(), 'rpc');
}

function named(name: string | null, type: EdgePeer['type']): EdgePeer | null {
  return name === null ? null : { name, type };
}

/** `host:8080` and `[::1]:8080` without the port. */
function withoutPort(host: string | null): string | null {
  return host === null ? null : host.replace(/^(\[[^\]]*\]|[^:]*):\d+$/, '$1');
}

function hostOfUrl(url: string | null): string | null {
  const authority = url === null ? undefined : /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  const host = withoutPort(authority?.slice(authority.lastIndexOf('@') + 1) ?? null);
  return host === '' ? null : host;
}
