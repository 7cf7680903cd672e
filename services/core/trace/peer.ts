/**
 * Who stands at the other end of a call when that end reports nothing: a database, a queue, a foreign host, as the attributes
 * of a client, producer or consumer span say. Names follow OpenTelemetry's semantic conventions, present and former.
 *
 * Not for internal and server spans: whom those know, calls them.
 */
import { AttributeKeys, readStringAttributes } from '../otlp/attributes.ts';
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, SPAN_ATTRIBUTES } from '../otlp/fields.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { limitName } from '../otlp/limit_name.ts';
import type { ConnectionType, EdgePeer } from './run.ts';

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

const MAX_KNOWN_PEERS = 10_000;

/**
 * Reads peers and gives the same object for the same peer: spans keep theirs until their run ends, and a name that is cut out
 * of a long attribute would keep all of it. Bounded; starts over when full. Makes no difference to any result.
 */
export class PeerReader {
  private readonly known = new Map<string, EdgePeer>();

  /** The peer that the span in `view` names, or null. Throws WireError where its attributes are malformed. */
  read(view: SpanView): EdgePeer | null {
    if (view.kind !== KIND_CLIENT && view.kind !== KIND_PRODUCER && view.kind !== KIND_CONSUMER) return null;
    const attributes = readStringAttributes(view.buf, view.start, view.end, SPAN_ATTRIBUTES, WANTED);
    const peer = attributes.size === 0 ? null : peerOf(view.kind, attributes);
    return peer === null ? null : this.intern(peer.type, limitName(peer.name));
  }

  private intern(type: ConnectionType, name: string): EdgePeer {
    const key = type + name;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= MAX_KNOWN_PEERS) this.known.clear();
    // Through bytes and back: a string of its own, not a window on the long one.
    const own = Buffer.from(key).toString();
    const peer = { type, name: own.slice(type.length) };
    this.known.set(own, peer);
    return peer;
  }
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
