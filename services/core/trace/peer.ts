/**
 * Who stands at the other end of a call when that end reports nothing: a database, a queue, a foreign host, as the attributes
 * of a client, producer or consumer span say. Names follow OpenTelemetry's semantic conventions, present and former.
 *
 * Not for internal and server spans: whom those know, calls them.
 */
import { AttributeKeys, readStringAttributes, textStart, wantedKey } from '../otlp/attributes.ts';
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, SPAN_ATTRIBUTES } from '../otlp/fields.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { limitName } from '../otlp/limit_name.ts';
import { BytesCache } from '../wire/bytes_cache.ts';
import { Cursor, readLength, readTag, seek, skipValue } from '../wire/cursor.ts';
import type { ConnectionType, EdgePeer } from './run.ts';

const DATABASE_SYSTEM = ['db.system.name', 'db.system'];
const DATABASE_NAME = ['db.namespace', 'db.name'];
const DESTINATION = ['messaging.destination.template', 'messaging.destination.name', 'messaging.destination'];
const MESSAGING_SYSTEM = ['messaging.system'];
const PEER_SERVICE = ['peer.service'];
const RPC_SERVICE = ['rpc.service'];
const HOST = ['server.address', 'net.peer.name', 'http.host'];
const URL = ['url.full', 'http.url'];

/** URLs first and then hosts, which are told apart by their positions. */
const WANTED = new AttributeKeys(
  [
    URL,
    HOST,
    DATABASE_SYSTEM,
    DATABASE_NAME,
    DESTINATION,
    MESSAGING_SYSTEM,
    PEER_SERVICE,
    RPC_SERVICE,
  ].flat(),
);

const MAX_KNOWN_PEERS = 10_000;
/** Attributes that name a peer in more bytes than this are read each time. */
const MAX_CACHED_BYTES = 512;

/**
 * Reads peers and gives the same object for the same peer: spans keep theirs until their run ends, and a name that is cut out
 * of a long attribute would keep all of it. Makes no difference to any result.
 *
 * Most spans name one of a few hundred peers: what they name is known by the bytes of those attributes alone, and no text is made.
 */
export class PeerReader {
  private readonly byBytes = new BytesCache<EdgePeer | null>(MAX_KNOWN_PEERS);
  private readonly byName = new Map<string, EdgePeer>();
  private readonly cursor = new Cursor(new Uint8Array(0));
  /** The span's kind, and of each attribute that names its peer the key's position, the length of its text, and that. */
  private readonly naming = new Uint8Array(1 + MAX_CACHED_BYTES);

  /** The peer that the span in `view` names, or null. Throws WireError where its attributes are malformed. */
  read(view: SpanView): EdgePeer | null {
    if (view.kind !== KIND_CLIENT && view.kind !== KIND_PRODUCER && view.kind !== KIND_CONSUMER) return null;
    const bytes = this.copyNaming(view);
    if (bytes === 0) return null;
    if (bytes === null) return this.readText(view);
    const { byBytes, naming } = this;
    const known = byBytes.find(naming, 0, bytes);
    return known === undefined ? byBytes.keep(naming, 0, bytes, this.readText(view)) : known;
  }

  /** How many bytes of `naming` tell this span's peer; 0 where it names none, null where it has to be read by readText. */
  private copyNaming(view: SpanView): number | null {
    const { cursor, naming } = this;
    const { buf, end } = view;
    naming[0] = view.kind;
    let bytes = 1;
    let hasHost = false;
    let hasUrl = false;
    seek(cursor, buf, view.othersStart, end);
    while (cursor.pos < end) {
      const tag = readTag(cursor);
      if (tag !== SPAN_ATTRIBUTES) {
        skipValue(cursor, tag);
        continue;
      }
      const length = readLength(cursor);
      const start = cursor.pos;
      cursor.pos += length;
      const key = wantedKey(buf, start, start + length, WANTED);
      if (key < 0) continue;
      // Each call has a URL of its own: kept, they would only drive the others out. With a host, none is looked at.
      if (key < URL.length) {
        hasUrl = true;
        continue;
      }
      const text = textStart(buf, start, start + length);
      const behind = bytes + 2 + start + length - text;
      if (text < 0 || behind > naming.length) return null;
      hasHost ||= key < URL.length + HOST.length;
      naming[bytes++] = key;
      naming[bytes++] = start + length - text;
      for (let at = text; bytes < behind; at++) naming[bytes++] = buf[at] ?? 0;
    }
    if (hasUrl && !hasHost) return null;
    return bytes === 1 ? 0 : bytes;
  }

  private readText(view: SpanView): EdgePeer | null {
    const attributes = readStringAttributes(view.buf, view.othersStart, view.end, SPAN_ATTRIBUTES, WANTED);
    const peer = attributes.size === 0 ? null : peerOf(view.kind, attributes);
    return peer === null ? null : this.intern(peer.type, limitName(peer.name));
  }

  private intern(type: ConnectionType, name: string): EdgePeer {
    const key = type + name;
    const known = this.byName.get(key);
    if (known !== undefined) return known;
    if (this.byName.size >= MAX_KNOWN_PEERS) this.byName.clear();
    // Through bytes and back: a string of its own, not a window on the long one.
    const own = Buffer.from(key).toString();
    const peer = { type, name: own.slice(type.length) };
    this.byName.set(own, peer);
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
