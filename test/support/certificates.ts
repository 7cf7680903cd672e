/** Certificates for tests, made by the `openssl` of the machine: authorities, and what they sign for this machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface SignOptions {
  /** As in the certificate's alternative names. */
  readonly names?: string;
  readonly days?: number;
}

const THIS_MACHINE = 'IP:127.0.0.1,DNS:localhost';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

export class Certificates {
  readonly directory = mkdtempSync(join(tmpdir(), 'spanmill-certificates-'));
  private made = 0;

  authority(name = 'test authority'): Certificate {
    return this.make(name, ['-days', '2', '-addext', 'keyUsage=critical,keyCertSign,digitalSignature']);
  }

  sign(authority: Certificate, name = 'localhost', options: SignOptions = {}): Certificate {
    return this.make(name, [
      ...['-CA', authority.certFile, '-CAkey', authority.keyFile, '-days', String(options.days ?? 2)],
      ...['-addext', `subjectAltName=${options.names ?? THIS_MACHINE}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private make(name: string, how: readonly string[]): Certificate {
    this.made += 1;
    const [certFile, keyFile] = [
      join(this.directory, `${this.made}.crt`),
      join(this.directory, `${this.made}.key`),
    ];
    const files = ['-keyout', keyFile, '-out', certFile];
    execFileSync('openssl', ['req', '-x509', ...KEY, '-subj', `/CN=${name}`, ...how, ...files], {
      stdio: 'pipe',
    });
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  }
}
