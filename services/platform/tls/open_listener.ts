/** Whether a listener would be open to everybody beyond this machine, which has to be said to be meant. */
import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../config.ts';

export interface ListenerAccess {
  /** Of the service's settings, e.g. SPANMILL_COLLECTOR_. */
  readonly prefix: string;
  readonly host: string;
  /** Empty where clients need no credentials. A listener that cannot ask for them (UDP) has none. */
  readonly credentialsFile: string;
  /** Empty where clients need no certificate. */
  readonly tlsClientCaFile: string;
  readonly allowOpen: boolean;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What is wrong and what to do about it, or null. */
export function openListenerFault(access: ListenerAccess): string | null {
  const { prefix, host, credentialsFile, tlsClientCaFile, allowOpen } = access;
  if (isLoopback(host) || credentialsFile !== '' || tlsClientCaFile !== '' || allowOpen) return null;
  return (
    `${prefix}HOST=${host} would let in everybody who reaches this machine: set ${prefix}CREDENTIALS_FILE ` +
    `or ${prefix}TLS_CLIENT_CA_FILE, or say ${prefix}ALLOW_OPEN=true where the network keeps others out`
  );
}

/** Throws ConfigError. */
export function requireClosed(access: ListenerAccess): void {
  const fault = openListenerFault(access);
  if (fault !== null) throw new ConfigError([fault]);
}

/** A name may mean any address, but for the one that always means this machine. */
function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
