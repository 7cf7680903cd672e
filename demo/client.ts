/** Calls of the shop's services to each other: JSON over HTTP, kept connections, a few tries after a 503. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpError } from './server.ts';
import { readDemoConfig, shopUrl, type ShopService } from './settings.ts';

const config = readDemoConfig(process.env);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

export interface CallOptions {
  readonly body?: unknown;
  /** Tries in all; only a 503 is tried again. */
  readonly tries?: number;
}

const RETRY_DELAY_MS = 20;

/** The body of a success. Throws HttpError with the status of anything else. */
export async function call(
  service: ShopService,
  method: string,
  path: string,
  { body, tries = 1 }: CallOptions = {},
): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    const { status, answer } = await send(service, method, path, body, attempt);
    if (status < 400) return answer;
    if (status === 503 && attempt + 1 < tries) {
      await delay(RETRY_DELAY_MS * 2 ** attempt);
      continue;
    }
    const reason = (answer as { error?: string } | undefined)?.error ?? `status ${status}`;
    throw new HttpError(status, `${service}: ${reason}`);
  }
}

async function send(
  service: ShopService,
  method: string,
  path: string,
  body: unknown,
  attempt: number,
): Promise<{ status: number; answer: unknown }> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(text) };
  if (text !== '') headers['content-type'] = 'application/json';
  if (attempt > 0) headers['x-resend-count'] = attempt;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(`${shopUrl(config, service)}${path}`, { method, headers, agent }, resolve);
    outgoing.once('error', (error) => {
      reject(new HttpError(502, `${service} cannot be reached`, { cause: error }));
    });
    outgoing.end(text);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer: unknown =
    chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return { status: response.statusCode ?? 502, answer };
}
