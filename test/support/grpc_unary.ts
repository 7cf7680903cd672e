/** One unary gRPC call of bytes, answered with bytes or the error. */
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;

export async function grpcUnary(
  address: string,
  path: string,
  request: Uint8Array,
): Promise<Buffer | ServiceError> {
  const client = new Client(address, credentials.createInsecure());
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(path, same, same, Buffer.from(request), (error, answer) => {
        resolve(error ?? answer ?? Buffer.alloc(0));
      });
    });
  } finally {
    client.close();
  }
}
