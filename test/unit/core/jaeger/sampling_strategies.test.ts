import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_STRATEGIES,
  parseSamplingStrategies,
  strategyOf,
  type SamplingStrategy,
} from '../../../../services/core/jaeger/sampling_strategies.ts';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';

const of = (file: object, service: string): SamplingStrategy =>
  strategyOf(parseSamplingStrategies(JSON.stringify(file)), service);
const probability = (param: number) => ({ type: 'probabilistic', param });
const rate = (param: number) => ({ type: 'ratelimiting', param });
const operation = (name: string, param: number) => ({ operation: name, ...probability(param) });
const sampled = (name: string, samplingRate: number) => ({
  ...{ operation: name, probabilisticSampling: { samplingRate } },
});

describe('strategies', () => {
  test('are to report everything where there is no file', () => {
    expect(strategyOf(DEFAULT_STRATEGIES, 'shop')).toEqual({
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate: 1 },
    });
  });

  test('are those of the service, or of the default', () => {
    const file = {
      default_strategy: probability(0.5),
      service_strategies: [{ service: 'shop', ...rate(5) }],
    };
    expect(of(file, 'shop')).toEqual({
      strategyType: 'RATE_LIMITING',
      rateLimitingSampling: { maxTracesPerSecond: 5 },
    });
    expect(of(file, 'till')).toMatchObject({ probabilisticSampling: { samplingRate: 0.5 } });
    expect(of({}, 'till')).toMatchObject({ probabilisticSampling: { samplingRate: 1 } });
  });

  test('for operations have the probability of their service for all others', () => {
    const service = { service: 'shop', ...probability(0.8), operation_strategies: [operation('GET /', 0.2)] };
    expect(of({ service_strategies: [service] }, 'shop')).toEqual({
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate: 0.8 },
      operationSampling: {
        defaultSamplingProbability: 0.8,
        defaultLowerBoundTracesPerSecond: 0,
        perOperationStrategies: [sampled('GET /', 0.2)],
      },
    });
  });

  test('for operations of the default apply to services too, behind their own', () => {
    const file = {
      default_strategy: {
        ...probability(0.5),
        operation_strategies: [operation('a', 0.1), operation('b', 0)],
      },
      service_strategies: [
        { service: 'own', ...probability(0.8), operation_strategies: [operation('b', 0.5)] },
        { service: 'none', ...probability(0.7) },
        { service: 'limited', ...rate(3) },
      ],
    };
    expect(of(file, 'own').operationSampling).toMatchObject({
      defaultSamplingProbability: 0.8,
      perOperationStrategies: [sampled('b', 0.5), sampled('a', 0.1)],
    });
    expect(of(file, 'none').operationSampling).toMatchObject({
      defaultSamplingProbability: 0.7,
      perOperationStrategies: [sampled('a', 0.1), sampled('b', 0)],
    });
    expect(of(file, 'limited')).toMatchObject({
      rateLimitingSampling: { maxTracesPerSecond: 3 },
      operationSampling: { defaultSamplingProbability: 0.5 },
    });
  });

  test('for operations by rate are left out, and said to be', () => {
    const operations = [{ operation: 'spam', ...rate(1) }, operation('ham', 1)];
    const file = { default_strategy: { ...probability(1), operation_strategies: operations } };
    const { remarks, byDefault } = parseSamplingStrategies(JSON.stringify(file));
    expect(byDefault.operationSampling?.perOperationStrategies).toEqual([sampled('ham', 1)]);
    expect(remarks).toEqual([
      'default_strategy.operation_strategies[0]: left out, since single operations cannot be sampled by rate',
    ]);
  });

  test('may stand beside what means nothing, which is said', () => {
    const { remarks } = parseSamplingStrategies('{"default_strategies": {}}');
    expect(remarks).toEqual(['the file: "default_strategies" means nothing here']);
  });
});

describe('faults', () => {
  test('are told all at once, each with its place', () => {
    const file = {
      default_strategy: probability(2),
      service_strategies: [
        { service: '', ...rate(-1) },
        { service: 'a', type: 'const', param: 1, operation_strategies: {} },
        { service: 'a', ...probability(1), operation_strategies: [{ ...probability(1) }, 5] },
        null,
      ],
    };
    let message = '';
    try {
      parseSamplingStrategies(JSON.stringify(file));
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      message = (error as Error).message;
    }
    expect(message.split('; ')).toEqual([
      'default_strategy.param: must be a probability from 0 to 1',
      'service_strategies[0].param: must be a number of traces a second from 0 to 32767',
      'service_strategies[0].service: must be a name',
      'service_strategies[1].type: must be "probabilistic" or "ratelimiting"',
      'service_strategies[1].operation_strategies: must be a list',
      'service_strategies[2].operation_strategies[0].operation: must be a name',
      'service_strategies[2].operation_strategies[1]: must be an object',
      'service_strategies[2].service: stands twice',
      'service_strategies[3]: must be an object',
    ]);
  });

  test.each(['', '[]', 'null', '5', '{"default_strategy": []}', '{"service_strategies": 1}'])(
    'of the file itself are told: %s',
    (json) => {
      expect(() => parseSamplingStrategies(json)).toThrow(FormatError);
    },
  );
});
