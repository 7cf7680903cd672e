/** What the listeners of a service read: where, by which certificate, and for whom. */
import { systemTimers } from '../clock.ts';
import { ConfigError, flag, text } from '../config.ts';
import type { Log } from '../log.ts';
import type { MetricRegistry } from '../metrics.ts';
import { TLS_METRICS, TlsFiles } from './tls_files.ts';

/** `prefix` is the service's, e.g. SPANMILL_COLLECTOR_. */
export function tlsSettings(prefix: string) {
  return {
    tlsCertFile: text({
      env: `${prefix}TLS_CERT_FILE`,
      default: '',
      meaning:
        'Certificate of the listeners and those between it and its authority, PEM; with it they speak TLS 1.2 or newer only. ' +
        'Read again when it changes.',
    }),
    tlsKeyFile: text({
      env: `${prefix}TLS_KEY_FILE`,
      default: '',
      meaning: 'Its private key, PEM, without a passphrase.',
    }),
  };
}

export function clientCaSetting(prefix: string) {
  return text({
    env: `${prefix}TLS_CLIENT_CA_FILE`,
    default: '',
    meaning:
      'Authorities, PEM: clients must show a certificate of one of them, but not on a health port. Empty: none is asked for.',
  });
}

export function allowOpenSetting(prefix: string) {
  return flag({
    env: `${prefix}ALLOW_OPEN`,
    default: false,
    meaning: 'Allows to listen beyond this machine although everybody who gets there is let in.',
  });
}

export interface TlsConfig {
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  readonly tlsClientCaFile?: string;
}

/** Null where the listeners speak without TLS. Throws ConfigError where files are missing. */
export function listenerTls(
  prefix: string,
  { tlsCertFile, tlsKeyFile, tlsClientCaFile = '' }: TlsConfig,
  { log, registry }: { readonly log: Log; readonly registry: MetricRegistry },
): TlsFiles | null {
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    throw new ConfigError([`${prefix}TLS_CERT_FILE and ${prefix}TLS_KEY_FILE must be set together`]);
  }
  if (tlsCertFile === '') {
    if (tlsClientCaFile === '') return null;
    throw new ConfigError([`${prefix}TLS_CLIENT_CA_FILE needs ${prefix}TLS_CERT_FILE and its key`]);
  }
  const clientCaFile = tlsClientCaFile === '' ? null : tlsClientCaFile;
  return new TlsFiles({
    files: { certFile: tlsCertFile, keyFile: tlsKeyFile, clientCaFile },
    timers: systemTimers,
    log,
    metrics: registry.create(TLS_METRICS),
  });
}
