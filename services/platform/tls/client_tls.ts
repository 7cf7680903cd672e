/** How this process speaks TLS to a server: whom it trusts, and what it shows. Read once, at the start. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { certificatesIn } from './pem.ts';

/** Empty where there is none. */
export interface ClientTlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** In Node's terms. Without `ca` the authorities that Node.js knows are trusted. */
export interface ClientTls {
  readonly minVersion: 'TLSv1.2';
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Throws Error that names the file, without what is in it. */
export function readClientTls({ caFile, certFile, keyFile }: ClientTlsFiles): ClientTls {
  const tls: ClientTls = {
    minVersion: 'TLSv1.2',
    ...(caFile !== '' && { ca: certificatesIn(read(caFile), caFile) }),
    ...(certFile !== '' && { cert: read(certFile), key: read(keyFile) }),
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new Error(`${keyFile} is not the key of ${certFile}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return tls;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'no access' } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be read (${code})`, { cause: error });
  }
}
