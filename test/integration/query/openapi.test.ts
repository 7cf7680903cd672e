import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';
import { insertShop, SHOP_NOW_MS } from './shop_rows.ts';

type Json = Readonly<Record<string, unknown>>;

interface ParameterObject {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly ParameterObject[];
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: Json }>> }>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { get: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

let database: QueryDatabase;
let app: FastifyInstance;
let document: OpenApi;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShop(database);
  app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
  document = (await get(app, '/api/v1/openapi.json')).body as OpenApi;
}, 60_000);
afterAll(() => database.close());

/** Refuses properties that the schema does not name: what is answered is documented. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const);
  const isObject = 'properties' in schema && 'type' in schema && schema.type === 'object';
  return { ...Object.fromEntries(entries), ...(isObject && { additionalProperties: false }) };
}

function validator(schema: Json): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    formats: { 'date-time': /^\d{4}-.*Z$/ },
  });
  ajv.addKeyword('components');
  return ajv.compile({ ...(closed(schema) as Json), components: document.components });
}

/** Paths with parameters for which there is an answer. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/traces/{id}': ['/api/v1/traces/a'],
  '/api/v1/traces/{id}/compare/{other}': ['/api/v1/traces/1/compare/a'],
  '/api/v1/traces/{id}/normal': ['/api/v1/traces/1/normal'],
  '/api/v1/traces': ['/api/v1/traces', '/api/v1/traces?limit=1&kind=client', '/api/v1/traces?tenant=none'],
  '/api/v1/services': ['/api/v1/services', '/api/v1/services?since=7d'],
  '/api/v1/operations': ['/api/v1/operations?service=cart'],
  '/api/v1/series': ['/api/v1/series', '/api/v1/series?service=none'],
  '/api/v1/heatmap': ['/api/v1/heatmap', '/api/v1/heatmap?service=none'],
  '/api/v1/exemplars': ['/api/v1/exemplars', '/api/v1/exemplars?longerThan=1us'],
  '/api/v1/graph': ['/api/v1/graph', '/api/v1/graph?service=cart&since=2d'],
  '/api/v1/critical-path': ['/api/v1/critical-path?service=web', '/api/v1/critical-path?service=none'],
  '/api/v1/pipeline': ['/api/v1/pipeline'],
  '/api/v1/tenants': ['/api/v1/tenants'],
};

describe('GET /api/v1/openapi.json', () => {
  it('has routes with their parameters and answers, each of which is asked below', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).length).toBeGreaterThan(10);
    expect(Object.keys(document.paths).sort()).toEqual(Object.keys(ANSWERED).sort());
    const ids = Object.values(document.paths).map(({ get: { operationId } }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, { get: operation }] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      for (const { description, schema, required, in: place } of operation.parameters) {
        expect(description).not.toBe('');
        expect(schema['type']).toEqual(expect.any(String));
        if (place === 'path') expect(required).toBe(true);
      }
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['200', '400', '422', '503', '504']),
      );
    }
  });

  it.each(Object.entries(ANSWERED))('describes what %s answers', async (path, urls) => {
    const operation = document.paths[path]?.get;
    const validate = validator(operation?.responses['200']?.content?.['application/json']?.schema ?? {});
    for (const url of urls) {
      const { status, body } = await get(app, url);
      expect({ url, status }).toEqual({ url, status: 200 });
      validate(body);
      expect({ url, errors: validate.errors ?? [] }).toEqual({ url, errors: [] });
    }
  });

  it('lets a schema notice an answer that is not so', async () => {
    const schema =
      document.paths['/api/v1/services']?.get.responses['200']?.content?.['application/json']?.schema;
    const { body } = await get(app, '/api/v1/services');
    const validate = validator(schema ?? {});
    expect(validate({ ...(body as object), more: 1 })).toBe(false);
    expect(validate({ ...(body as object), services: [{ service: 'x' }] })).toBe(false);
  });

  it('describes what is said of faults', async () => {
    const validate = validator({ $ref: '#/components/schemas/Problem' });
    for (const url of [
      '/api/v1/traces?limit=x',
      '/api/v1/traces/ffff',
      '/api/v1/nowhere',
      '/api/v1/traces/zz',
    ]) {
      const response = await app.inject(url);
      expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      validate(response.json());
      expect({ url, errors: validate.errors ?? [] }).toEqual({ url, errors: [] });
    }
  });
});

/** What somebody writes who wants the query to be another one, and what breaks parsers. */
const HOSTILE = [
  "' OR 1=1 --",
  "'; DROP TABLE otel_traces; --",
  "\\' OR ''='",
  '{tenant:String}',
  ') UNION ALL SELECT password FROM system.users --',
  '`x`',
  '\u0000',
  '\\N',
  '\t\n\r',
  '\ud83d\ude00',
  '%',
  '(((((',
  '[a-',
  '$&',
  '-1',
  '1e309',
  'NaN',
  '9'.repeat(30),
  'x'.repeat(5000),
];

/** Values of a parameter, by its schema: right ones, and anything else. */
function valueOf(schema: Json): fc.Arbitrary<string> {
  const right: fc.Arbitrary<string>[] = [];
  if (Array.isArray(schema['enum'])) right.push(fc.constantFrom(...(schema['enum'] as string[])));
  if (schema['type'] === 'integer') {
    const [min, max] = [Number(schema['minimum']), Number(schema['maximum'])];
    right.push(fc.integer({ min: min - 1, max: Math.min(max + 1, 2 ** 31) }).map(String));
  }
  if (schema['type'] === 'number') right.push(fc.double().map(String));
  const pattern = schema['pattern'] ?? (schema['items'] as Json | undefined)?.['pattern'];
  if (typeof pattern === 'string') right.push(fc.stringMatching(new RegExp(pattern)));
  if (schema['default'] === '1h' || schema['default'] === '0s') {
    right.push(
      fc.constantFrom('1h', '400d', '0s', '5', '1795251600.5', '2026-11-21T10:00:00Z', '99999999999d'),
    );
  }
  const known = fc.constantFrom('web', 'cart', 'GET /carts/{}', 'user.id=u1', '12ms', '5', '');
  return fc.oneof(...right, known, fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 }));
}

function urlOf(path: string, { parameters }: Operation): fc.Arbitrary<string> {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const ids = fc.tuple(
    ...inPath.map(({ schema }) =>
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom('1', 'a', 'ffff') }, valueOf(schema)),
    ),
  );
  const pairs = fc
    .subarray(inQuery, { minLength: 0, maxLength: Math.min(5, inQuery.length) })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map(({ name, schema }) =>
          fc
            .array(valueOf(schema), { minLength: 1, maxLength: schema['type'] === 'array' ? 3 : 1 })
            .map((values) => values.map((value) => `${name}=${encode(value)}`)),
        ),
      ),
    );
  const required = inQuery.filter((parameter) => parameter.required).map(({ name }) => `${name}=web`);
  return fc.tuple(ids, pairs).map(([values, query]) => {
    const filled = path.replace(/\{\w+\}/g, () => encode(values.shift() ?? 'x') || 'x');
    const given = query.flat();
    const missing = required.filter(
      (pair) => !given.some((one) => one.startsWith(`${pair.split('=', 1)[0] ?? ''}=`)),
    );
    return `${filled}?${[...given, ...missing].join('&')}`;
  });
}

/** Halves of characters cannot be sent. */
const encode = (value: string): string => encodeURIComponent(value.toWellFormed());

const FUZZ_RUNS = 40;

describe('any value of any parameter', () => {
  it.each(Object.keys(ANSWERED))(
    'is data to %s, and never a failure',
    async (path) => {
      const operation = document.paths[path]?.get;
      if (operation === undefined) throw new Error(`no ${path}`);
      await fc.assert(
        fc.asyncProperty(urlOf(path, operation), async (url) => {
          const response = await app.inject(url);
          const { statusCode: status } = response;
          const isRefused = [400, 404, 414, 422].includes(status);
          if (status !== 200 && !isRefused) throw new Error(`${status} ${url} ${response.body}`);
          if (isRefused) {
            expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
          }
        }),
        { numRuns: FUZZ_RUNS, examples: (ANSWERED[path] ?? []).map((url): [string] => [url]) },
      );
    },
    120_000,
  );

  it.each(HOSTILE)('finds nothing for a service called %j', async (service) => {
    const { status, body } = await get(app, `/api/v1/traces?service=${encode(service)}&kind=client`);
    expect([200, 400]).toContain(status);
    if (status === 200) expect(body).toEqual({ traces: [], next: null });
  });

  it('leaves the tables as they were', async () => {
    const [row] = await database.clickhouse.query('SELECT toUInt32(count()) AS spans FROM otel_traces');
    expect(row).toEqual({ spans: 160 });
  });
});
