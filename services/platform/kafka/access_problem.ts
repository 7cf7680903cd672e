/**
 * Whether a broker and this client do not get together for a reason that time does not mend: a wrong password, a certificate that is not
 * trusted, TLS with one of them only. Said with what to do about it, and never with what was sent.
 *
 * It holds for both clients: both give the errors of the system and of brokers as causes of their own.
 */

/** Codes of Node.js for a server's certificate that it does not accept. */
const NOT_TRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** And for what a server says of a client's. */
const CLIENT_NOT_TRUSTED = new Set([
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
]);

interface Link {
  readonly message: string;
  readonly name?: string;
  readonly code?: string | number;
  readonly type?: string;
  readonly apiId?: string;
  /** OpenSSL's own words. */
  readonly reason?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** What is wrong and what to do, to be read behind the broker's name; null where it may pass. */
export function accessProblem(error: unknown): string | null {
  for (const link of linksOf(error)) {
    const problem = certificateProblem(link) ?? saslProblem(link);
    if (problem !== null) return problem;
  }
  return null;
}

function certificateProblem({ code, message, reason }: Link): string | null {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `has a certificate for another name: SPANMILL_KAFKA_BROKERS and the brokers' own addresses must be as in it (${message})`;
  }
  if (NOT_TRUSTED.has(String(code))) {
    return `has a certificate that is not to be trusted (${message}): see SPANMILL_KAFKA_TLS_CA_FILE`;
  }
  if (CLIENT_NOT_TRUSTED.has(String(code))) {
    return `does not take this client's certificate, or wants one: see SPANMILL_KAFKA_TLS_CERT_FILE (${reason ?? message})`;
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'does not speak TLS: see SPANMILL_KAFKA_TLS';
  if (message === 'Broker requires TLS.') return 'speaks TLS only: set SPANMILL_KAFKA_TLS=true';
  return null;
}

function saslProblem({ name, apiId, type, message }: Link): string | null {
  const said = apiId ?? type;
  const isKafkaJs = name === 'KafkaJSSASLAuthenticationError';
  if (said === 'SASL_AUTHENTICATION_FAILED' || message === 'Invalid server signature.') return WRONG_PASSWORD;
  if (
    said === 'UNSUPPORTED_SASL_MECHANISM' ||
    (isKafkaJs && message.includes('mechanism is not supported'))
  ) {
    return 'does not know the mechanism: see SPANMILL_KAFKA_SASL_MECHANISM';
  }
  if (said === 'ILLEGAL_SASL_STATE') return 'asks nobody who it is: see SPANMILL_KAFKA_SASL_MECHANISM';
  return isKafkaJs ? WRONG_PASSWORD : null;
}

const WRONG_PASSWORD =
  'does not know the user, or not by this password: see SPANMILL_KAFKA_SASL_USERNAME and SPANMILL_KAFKA_SASL_PASSWORD';

/** The error, its causes, and the errors of an answer. */
function* linksOf(error: unknown): Generator<Link> {
  if (typeof error !== 'object' || error === null || !('message' in error)) return;
  const link = error as Link;
  yield link;
  for (const one of link.errors ?? []) yield* linksOf(one);
  yield* linksOf(link.cause);
}
