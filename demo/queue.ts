/**
 * A tiny message broker: named queues in memory, long polling. Like most brokers it is not traced itself; producers
 * and consumers say what they do with it (messaging.ts).
 */
import { HttpError, serve, type Reply } from './server.ts';

interface Queue {
  readonly messages: unknown[];
  /** Consumers that wait, oldest first. */
  readonly waiting: ((reply: Reply) => void)[];
}

const MAX_MESSAGES = 50_000;
const MAX_BATCH = 50;
const queues = new Map<string, Queue>();

serve(
  'queue',
  {
    'POST /queues/{name}/messages': ({ params: { name = '' }, body }) => {
      const queue = queueOf(name);
      if (queue.messages.length >= MAX_MESSAGES) throw new HttpError(503, `${name} is full`);
      queue.messages.push(body);
      queue.waiting.shift()?.(take(queue));
      return { status: 202 };
    },
    'GET /queues/{name}/messages': ({ params: { name = '' }, query }) => {
      const queue = queueOf(name);
      if (queue.messages.length > 0) return take(queue);
      return wait(queue, Number(query.get('waitMs') ?? 0));
    },
  },
  () => {
    for (const { waiting } of queues.values()) for (const reply of waiting.splice(0)) reply({ body: [] });
  },
);

function queueOf(name: string): Queue {
  const queue = queues.get(name) ?? { messages: [], waiting: [] };
  queues.set(name, queue);
  return queue;
}

function take(queue: Queue): Reply {
  return { body: queue.messages.splice(0, MAX_BATCH) };
}

function wait(queue: Queue, ms: number): Promise<Reply> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      queue.waiting.splice(queue.waiting.indexOf(answer), 1);
      resolve({ body: [] });
    }, ms);
    const answer = (reply: Reply) => {
      clearTimeout(timer);
      resolve(reply);
    };
    queue.waiting.push(answer);
  });
}
