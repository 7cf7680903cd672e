/** Zipkin's endpoints from attributes: which of them name the two ends of a call, in which order of preference. */
import { isIPv6 } from 'node:net';
import { LOCAL_ADDRESS, REMOTE_ADDRESS, REMOTE_SERVICE } from '../../core/zipkin/span.ts';
import type { TraceSpan } from '../foreign/foreign_store.ts';
import type { Attributes } from '../trace_answer.ts';

export interface Endpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/** What an endpoint repeats to the letter is no tag: endpoints are stored as these. */
export const ENDPOINT_ATTRIBUTES: readonly string[] = [
  REMOTE_SERVICE,
  ...Object.values(LOCAL_ADDRESS),
  ...Object.values(REMOTE_ADDRESS),
];

/** Who was called, best first. */
export const CALLED_NAMES = [
  'peer.service',
  'server.address',
  'net.peer.name',
  'server.socket.domain',
  'net.sock.peer.name',
  'peer.hostname',
  'peer.address',
  'db.name',
] as const;
/** Who called: a server's own address is not among them. */
const CALLER_NAMES = ['peer.service', 'net.sock.peer.name', 'peer.hostname', 'client.address'] as const;

const PEER_ADDRESSES = [
  ['net.peer.ip', 'net.peer.port'],
  ['network.peer.address', 'network.peer.port'],
  ['server.socket.address', 'server.socket.port'],
  ['net.sock.peer.addr', 'net.sock.peer.port'],
] as const;
const LOCAL_ADDRESSES = [
  ['net.host.ip', 'net.host.port'],
  ['network.local.address', 'network.local.port'],
] as const;

const UNKNOWN_SERVICE = 'unknown_service';

/** A resource without a service has OpenTelemetry's default; one whose service is empty has none. */
export function localEndpoint({ resourceAttributes, attributes }: TraceSpan): Endpoint | null {
  return endpoint(resourceAttributes['service.name'] ?? UNKNOWN_SERVICE, {
    ...addressOf(attributes, LOCAL_ADDRESSES),
    ipv6: attributes[LOCAL_ADDRESS.ipv6],
  });
}

export function remoteEndpoint({ kind, attributes }: TraceSpan): Endpoint | null {
  const called = kind === 'Client' || kind === 'Producer';
  const key = (called ? CALLED_NAMES : CALLER_NAMES).find((name) => (attributes[name] ?? '') !== '');
  const name = key === undefined ? '' : (attributes[key] ?? '');
  const address = { ...addressOf(attributes, PEER_ADDRESSES), ipv6: attributes[REMOTE_ADDRESS.ipv6] };
  if (key === 'server.address') address.port ??= portOf(attributes['server.port']);
  if (isIPv4(name) || isIPv6(name)) return endpoint('', { ...address, ip: address.ip ?? name });
  return endpoint(name, address);
}

/** Leading zeros and all: it is text that is shown, not an address that is called. */
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const isIPv4 = (text: string): boolean => IPV4.test(text);

interface Address {
  ip: string | undefined;
  port: number | undefined;
  /** Beside an IPv4 one. */
  ipv6?: string | undefined;
}

function addressOf(attributes: Attributes, pairs: readonly (readonly [string, string])[]): Address {
  const present = pairs.find(([ip, port]) => attributes[ip] !== undefined || attributes[port] !== undefined);
  if (present === undefined) return { ip: undefined, port: undefined };
  return { ip: attributes[present[0]], port: portOf(attributes[present[1]]) };
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Null where nothing is known. */
function endpoint(serviceName: string, { ip = '', port, ipv6 = '' }: Address): Endpoint | null {
  const made: Endpoint = {
    ...(serviceName !== '' && { serviceName }),
    ...(isIPv4(ip) && { ipv4: ip }),
    ...(isIPv6(ipv6) && { ipv6 }),
    ...(isIPv6(ip) && { ipv6: ip }),
    ...(port !== undefined && { port }),
  };
  return Object.keys(made).length === 0 ? null : made;
}
