/** Sends ready-made OTLP bytes over either protocol, and tries again as the OTLP specification tells clients to. */
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';

export interface OtlpSender {
  send(request: Buffer): Promise<void>;
  close(): void;
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const same = (bytes: Buffer): Buffer => bytes;

export function grpcSender(address: string): OtlpSender {
  const client = new Client(address, credentials.createInsecure());
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(EXPORT, same, same, request, (error: ServiceError | null) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
    close: () => client.close(),
  };
}

export function httpSender(url: string): OtlpSender {
  return {
    send: async (request) => {
      const headers = { 'content-type': 'application/x-protobuf' };
      const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: request });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    },
    close: () => undefined,
  };
}
