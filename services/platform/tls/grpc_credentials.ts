/** TLS for a gRPC server, from files that may change while it listens. */
import { ServerCredentials } from '@grpc/grpc-js';
import type { ListenerTls } from './tls_files.ts';

export function grpcCredentials(tls: ListenerTls | null): ServerCredentials {
  return tls === null ? ServerCredentials.createInsecure() : new FileCredentials(tls);
}

/** The library's own way to new certificates is a class of this kind; it hands them to the servers that listen. */
class FileCredentials extends ServerCredentials {
  constructor(tls: ListenerTls) {
    super({ ...tls.options });
    tls.attach((context) => this.updateSecureContextOptions(context));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
