/** Whether a listener would be open to everybody beyond this machine, which has to be said to be meant. */
import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../config.ts';

export interface ListenerAccess {
  /** Of the service's settings, e.g. SPANMILL_COLLECTOR_. */
  readonly prefix: string;
  readonly host: string;
  /** Empty where clients need no credentials. */
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

/** The same of ports that listen for UDP: nobody can be asked there who they are. `envs` names those that are open. */
export function openUdpFault(
  { prefix, host, allowOpen }: Pick<ListenerAccess, 'prefix' | 'host' | 'allowOpen'>,
  envs: readonly string[],
): string | null {
  if (isLoopback(host) || allowOpen || envs.length === 0) return null;
  const off = envs.map((env) => `${env}=off`).join(' and ');
  return (
    `${prefix}HOST=${host} would take spans by UDP from everybody, who cannot be asked for credentials: ` +
    `set ${off}, or say ${prefix}ALLOW_OPEN=true where the network keeps others out`
  );
}

/** Throws ConfigError. `udpEnvs` as `openUdpFault` has it. */
export function requireClosed(access: ListenerAccess, udpEnvs: readonly string[] = []): void {
  const faults = [openListenerFault(access), openUdpFault(access, udpEnvs)].filter((fault) => fault !== null);
  if (faults.length > 0) throw new ConfigError(faults);
}

/** A name may mean any address, but for the one that always means this machine. */
function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
