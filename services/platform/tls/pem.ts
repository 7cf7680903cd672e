/** The certificates of a PEM file, one by one. */
import { X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * At least one. Throws where one is cut short or is none, which Node would pass over: half a list of authorities would lock out
 * the clients of the others.
 */
export function certificatesIn(pem: string, path: string): [string, ...string[]] {
  const [first, ...others] = pem.match(CERTIFICATE) ?? [];
  const begun = pem.split(BEGIN).length - 1;
  if (first === undefined || begun !== others.length + 1) {
    throw new Error(`${path} holds no whole certificates in PEM format`);
  }
  const certificates: [string, ...string[]] = [first, ...others];
  for (const certificate of certificates) check(certificate, path);
  return certificates;
}

function check(certificate: string, path: string): void {
  try {
    new X509Certificate(certificate);
  } catch (error) {
    throw new Error(`${path} holds a certificate that cannot be read`, { cause: error });
  }
}
