/**
 * Which part of its traces a service is to report, from a file in the format of Jaeger's own (`--sampling.strategies-file`).
 *
 *     { "default_strategy": S, "service_strategies": [{ "service": "shop", S }] }
 *     S: "type": "probabilistic" | "ratelimiting", "param": number, "operation_strategies": [{ "operation": "GET /", "type", "param" }]
 *
 * As in Jaeger: a service without strategies for operations has those of the default; one with its own has the default's for
 * the rest; an operation can be sampled by probability alone. What Jaeger passes over is a fault here, or a remark.
 */
import { FormatError } from '../otlp/format_error.ts';

/** As clients get it; `strategyType` is of no account where `operationSampling` is there. */
export interface SamplingStrategy {
  readonly strategyType: 'PROBABILISTIC' | 'RATE_LIMITING';
  readonly probabilisticSampling?: { readonly samplingRate: number };
  readonly rateLimitingSampling?: { readonly maxTracesPerSecond: number };
  readonly operationSampling?: OperationSampling;
}

export interface OperationSampling {
  readonly defaultSamplingProbability: number;
  readonly defaultLowerBoundTracesPerSecond: number;
  readonly perOperationStrategies: readonly OperationStrategy[];
}

export interface OperationStrategy {
  readonly operation: string;
  readonly probabilisticSampling: { readonly samplingRate: number };
}

export interface SamplingStrategies {
  readonly byDefault: SamplingStrategy;
  readonly byService: ReadonlyMap<string, SamplingStrategy>;
  /** What in the file has no effect. */
  readonly remarks: readonly string[];
}

const EVERYTHING = 1;

/** Where nobody says otherwise, every trace is reported: dropping some of them is the tail sampler's business. */
export const DEFAULT_STRATEGIES: SamplingStrategies = {
  byDefault: probabilistic(EVERYTHING),
  byService: new Map(),
  remarks: [],
};

export function strategyOf({ byDefault, byService }: SamplingStrategies, service: string): SamplingStrategy {
  return byService.get(service) ?? byDefault;
}

/** Throws FormatError with all faults, each with its place. */
export function parseSamplingStrategies(json: string): SamplingStrategies {
  const reading: Reading = { faults: [], remarks: [] };
  const file = object(reading, parse(json), 'the file', ['default_strategy', 'service_strategies']);
  const { default_strategy: given = null, service_strategies: services = null } = file ?? {};
  const byDefault =
    given === null ? DEFAULT_STRATEGIES.byDefault : readStrategy(reading, given, 'default_strategy');
  const byService = new Map<string, SamplingStrategy>();
  for (const [at, entry] of list(reading, services, 'service_strategies').entries()) {
    const path = `service_strategies[${at}]`;
    const strategy = readStrategy(reading, entry, path, ['service']);
    const service = readName(reading, entry, path, 'service');
    if (byService.has(service)) reading.faults.push(`${path}.service: stands twice`);
    if (service !== '') byService.set(service, withDefaults(strategy, byDefault));
  }
  if (reading.faults.length > 0) throw new FormatError(reading.faults.join('; '));
  return { byDefault, byService, remarks: reading.remarks };
}

interface Reading {
  readonly faults: string[];
  readonly remarks: string[];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`the file: is no JSON: ${(cause as Error).message}`, { cause });
  }
}

const STRATEGY_FIELDS = ['type', 'param', 'operation_strategies'];

function readStrategy(
  reading: Reading,
  value: unknown,
  path: string,
  more: readonly string[] = [],
): SamplingStrategy {
  const fields = object(reading, value, path, [...STRATEGY_FIELDS, ...more]);
  if (fields === null) return DEFAULT_STRATEGIES.byDefault;
  const strategy = readSampling(reading, fields, path);
  const operations = list(reading, fields['operation_strategies'] ?? null, `${path}.operation_strategies`);
  if (operations.length === 0) return strategy;
  const perOperationStrategies = operations.flatMap((operation, at) =>
    readOperation(reading, operation, `${path}.operation_strategies[${at}]`),
  );
  return {
    ...strategy,
    operationSampling: {
      defaultSamplingProbability: strategy.probabilisticSampling?.samplingRate ?? EVERYTHING,
      defaultLowerBoundTracesPerSecond: 0,
      perOperationStrategies,
    },
  };
}

function readOperation(reading: Reading, value: unknown, path: string): OperationStrategy[] {
  const fields = object(reading, value, path, ['operation', 'type', 'param']);
  if (fields === null) return [];
  const operation = readName(reading, value, path, 'operation');
  const { probabilisticSampling } = readSampling(reading, fields, path);
  if (probabilisticSampling !== undefined) return [{ operation, probabilisticSampling }];
  reading.remarks.push(`${path}: left out, since single operations cannot be sampled by rate`);
  return [];
}

function readSampling(reading: Reading, fields: Fields, path: string): SamplingStrategy {
  const { type, param } = fields;
  if (type !== 'probabilistic' && type !== 'ratelimiting') {
    reading.faults.push(`${path}.type: must be "probabilistic" or "ratelimiting"`);
    return DEFAULT_STRATEGIES.byDefault;
  }
  if (type === 'probabilistic') {
    if (typeof param === 'number' && param >= 0 && param <= 1) return probabilistic(param);
    reading.faults.push(`${path}.param: must be a probability from 0 to 1`);
    return DEFAULT_STRATEGIES.byDefault;
  }
  if (typeof param === 'number' && param >= 0 && param <= MAX_RATE) {
    return {
      strategyType: 'RATE_LIMITING',
      rateLimitingSampling: { maxTracesPerSecond: Math.floor(param) },
    };
  }
  reading.faults.push(`${path}.param: must be a number of traces a second from 0 to ${MAX_RATE}`);
  return DEFAULT_STRATEGIES.byDefault;
}

/** Clients of thrift have 16 bits for it. */
const MAX_RATE = 32_767;

function probabilistic(samplingRate: number): SamplingStrategy {
  return { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate } };
}

/** The strategies for operations of the default apply to those that a service does not name. */
function withDefaults(own: SamplingStrategy, { operationSampling }: SamplingStrategy): SamplingStrategy {
  if (operationSampling === undefined) return own;
  const named = new Set(own.operationSampling?.perOperationStrategies.map(({ operation }) => operation));
  const others = operationSampling.perOperationStrategies.filter(({ operation }) => !named.has(operation));
  const defaultSamplingProbability =
    own.probabilisticSampling?.samplingRate ??
    (own.operationSampling ?? operationSampling).defaultSamplingProbability;
  return {
    ...own,
    operationSampling: {
      ...operationSampling,
      defaultSamplingProbability,
      perOperationStrategies: [...(own.operationSampling?.perOperationStrategies ?? []), ...others],
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function object(reading: Reading, value: unknown, path: string, known: readonly string[]): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reading.faults.push(`${path}: must be an object`);
    return null;
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) reading.remarks.push(`${path}: ${JSON.stringify(name)} means nothing here`);
  }
  return value as Fields;
}

function list(reading: Reading, value: unknown, path: string): readonly unknown[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  reading.faults.push(`${path}: must be a list`);
  return [];
}

/** '' where there is none, which is told once: of what is no object that is told already. */
function readName(reading: Reading, value: unknown, path: string, name: 'service' | 'operation'): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  const given = (value as Fields)[name];
  if (typeof given === 'string' && given !== '') return given;
  reading.faults.push(`${path}.${name}: must be a name`);
  return '';
}
