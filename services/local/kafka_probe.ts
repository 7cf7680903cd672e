/** Whether a Kafka broker answers: one Metadata request over a plain socket, without a client library. */
import { connect } from 'node:net';

const METADATA_KEY = 3;
const METADATA_VERSION = 1;
const TIMEOUT_MS = 2000;

/**
 * How many brokers the one at this address knows. Rejects while it does not answer: an open port alone says little,
 * since the socket is there before the broker takes requests.
 *
 * Response: length int32, correlation id int32, brokers: count int32, ...
 */
export function countBrokers(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, host, () => socket.write(metadataRequest()));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 12) return;
      resolve(received.readInt32BE(8));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('connection closed')));
  });
}

/** length int32, api key int16, version int16, correlation id int32, client id string (null), topics array (none). */
function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(14, 0);
  request.writeInt16BE(METADATA_KEY, 4);
  request.writeInt16BE(METADATA_VERSION, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(-1, 12);
  request.writeInt32BE(0, 14);
  return request;
}
