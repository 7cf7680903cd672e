/** How a load reaches a collector: OTLP over gRPC or over HTTP. A request that is not answered with success throws. */
import { Agent, request } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';

export type Protocol = 'grpc' | 'http';

export interface Sender {
  send(bytes: Uint8Array): Promise<void>;
  close(): void;
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const DEADLINE_MS = 30_000;
const CONNECTIONS = 16;

export const openSender = (protocol: Protocol, target: string): Sender =>
  protocol === 'grpc' ? grpcSender(target) : httpSender(target);

function grpcSender(target: string): Sender {
  const client = new Client(target, credentials.createInsecure());
  const asItIs = (bytes: Buffer): Buffer => bytes;
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
        const options = { deadline: Date.now() + DEADLINE_MS };
        client.makeUnaryRequest(EXPORT, asItIs, asItIs, message, options, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
    close: () => client.close(),
  };
}

function httpSender(target: string): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const [host, port] = target.split(':');
  const headers = { 'content-type': 'application/x-protobuf' };
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        const call = request({
          ...{ agent, host, port, headers: { ...headers, 'content-length': bytes.length } },
          ...{ method: 'POST', path: '/v1/traces', timeout: DEADLINE_MS },
        });
        call.once('error', reject);
        call.once('response', (response) => {
          response.resume();
          response.once('end', () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`status ${response.statusCode}`));
          });
        });
        call.end(bytes);
      }),
    close: () => agent.destroy(),
  };
}
