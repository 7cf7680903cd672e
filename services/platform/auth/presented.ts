/** What a caller shows for who it is: by its headers, or by its certificate. */
import { canonicalSubject, type PeerSubject } from './certificate_subject.ts';

export interface Caller {
  /** `name` in lower case. */
  header(name: string): string | undefined;
  /** Where it calls from, for limits; '' where that is not known. */
  readonly address: string;
  /** Of a client certificate that has been verified, else null. */
  readonly subject: PeerSubject | null;
}

export type Presented =
  | { readonly kind: 'token' | 'api-key'; readonly secret: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'certificate'; readonly subject: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed' };

/** For `WWW-Authenticate`: a browser asks its user by the second. */
export const CHALLENGES: readonly string[] = [
  'Bearer realm="Spanmill"',
  'Basic realm="Spanmill", charset="UTF-8"',
];

/** Longer ones are nobody's. */
const MAX_SECRET = 4096;
const MALFORMED = { kind: 'malformed' } as const;

/** A header counts before a certificate: the mesh's certificate may stand for many who send through it. */
export function presentedBy(caller: Caller): Presented {
  const authorization = caller.header('authorization');
  if (authorization !== undefined) return ofAuthorization(authorization);
  const key = caller.header('x-api-key');
  if (key !== undefined) return secretOf('api-key', key);
  if (caller.subject === null) return { kind: 'nothing' };
  return { kind: 'certificate', subject: canonicalSubject(caller.subject) };
}

function ofAuthorization(header: string): Presented {
  if (header.length > 2 * MAX_SECRET) return MALFORMED;
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +([\x21-\x7e]+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return secretOf('token', value);
    case 'basic':
      return ofBasic(value);
    default:
      return MALFORMED;
  }
}

function ofBasic(value: string): Presented {
  const text = Buffer.from(value, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 1 || text.length > MAX_SECRET) return MALFORMED;
  return { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function secretOf(kind: 'token' | 'api-key', secret: string): Presented {
  return secret === '' || secret.length > MAX_SECRET ? MALFORMED : { kind, secret };
}
