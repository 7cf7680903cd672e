/**
 * How connections are made safe: TLS, and who this is by SASL; and whether brokers have ever taken it. Until they have, a refusal is a
 * fault of the settings; later it is an outage like any other, since credentials may be on their way to the brokers.
 */
import { isIP } from 'node:net';
import { accessProblem } from '../access_problem.ts';
import { KafkaRefusedError } from '../port.ts';
import type { KafkaAccess } from '../security.ts';
import type { Address } from './broker_connection.ts';
import { SaslSession } from './sasl_session.ts';

export class BrokerAccess {
  private readonly access: KafkaAccess;
  private wasTaken = false;

  constructor(access: KafkaAccess) {
    this.access = access;
  }

  /** For the library. */
  tlsOptions({ host }: Address): { readonly tls?: object } {
    const { tls } = this.access;
    if (tls === null) return {};
    // The name chooses the certificate where a broker has several; an address cannot.
    return { tls: { ...tls, ...(isIP(host) === 0 && { servername: host }) } };
  }

  /** Of one connection; null where brokers are not told who this is. */
  newSession(): SaslSession | null {
    return this.access.sasl === null ? null : new SaslSession(this.access.sasl);
  }

  /** A broker has answered a request. */
  taken(): void {
    this.wasTaken = true;
  }

  /** What time does not mend; null where it is worth another try. */
  refusal({ host, port }: Address, error: unknown): KafkaRefusedError | null {
    const problem = this.wasTaken ? null : accessProblem(error);
    if (problem === null) return null;
    return new KafkaRefusedError(`Kafka at ${host}:${port} ${problem}`, { cause: error });
  }
}
