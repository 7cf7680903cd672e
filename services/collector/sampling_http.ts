/**
 * Jaeger's remote sampling over HTTP: which part of its traces a service is to report.
 *
 *     GET /sampling?service=shop            {"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}
 *     GET /?service=shop                    the same for old clients, whose strategyType is a number
 *     GET /baggageRestrictions?service=shop []
 */
import type { IncomingMessage } from 'node:http';
import type { SamplingStrategy } from '../core/jaeger/sampling_strategies.ts';
import {
  httpDoor,
  type HttpAnswer,
  type HttpDoor,
  type HttpDoorOptions,
  type HttpRoute,
} from './http_door.ts';
import { refusedAnswer, textAnswer } from './text_answers.ts';

export interface SamplingHttpOptions extends Omit<
  HttpDoorOptions,
  'protocol' | 'routes' | 'refusal' | 'doorman'
> {
  readonly strategyOf: (service: string) => SamplingStrategy;
}

const PROTOCOL = 'sampling';
const OLD_TYPES = { PROBABILISTIC: 0, RATE_LIMITING: 1 };

export function samplingHttpDoor(options: SamplingHttpOptions): HttpDoor {
  const { metrics, strategyOf } = options;
  const route = (path: string, answer: (service: string) => unknown): HttpRoute => ({
    ...{ method: 'GET', path },
    handle: (request) => {
      const service = serviceOf(request);
      metrics.requests.add(1, { protocol: PROTOCOL, outcome: service === null ? 'malformed' : 'answered' });
      if (service === null)
        return Promise.resolve(textAnswer(400, 'the parameter service must be given once'));
      return Promise.resolve(json(answer(service)));
    },
  });
  return httpDoor({
    ...options,
    // Its clients have no way to show a credential, and nothing here is of a tenant.
    doorman: { admit: () => Promise.resolve(null) },
    protocol: PROTOCOL,
    routes: [
      route('/sampling', strategyOf),
      route('/', (service) => {
        const strategy = strategyOf(service);
        return { ...strategy, strategyType: OLD_TYPES[strategy.strategyType] };
      }),
      route('/baggageRestrictions', () => []),
    ],
    refusal: (_request, refusal) => refusedAnswer(refusal),
  });
}

function serviceOf({ url = '' }: IncomingMessage): string | null {
  const services = new URLSearchParams(url.split('?')[1] ?? '').getAll('service');
  return services.length === 1 ? (services[0] ?? null) : null;
}

const json = (value: unknown): HttpAnswer => ({
  ...{ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) },
});
