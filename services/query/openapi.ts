/**
 * The OpenAPI 3.1 document of the own API, made from what the routes declare.
 *
 * Routes without a declaration (health, other tools' APIs) are not in it: those are documented by their owners.
 */
import type { FastifyInstance } from 'fastify';
import type { Parameters } from './declared_parameters.ts';
import type { RouteDeclaration } from './route.ts';
import { integer, object, text, type JsonSchema } from './schema.ts';

const PROBLEM = object({
  type: text(),
  title: text(),
  status: integer(),
  detail: text('What is wrong and what to do.'),
});

/** What any route may say. */
const COMMON_STATUSES: ReadonlyMap<number, string> = new Map([
  [400, 'A parameter is wrong or not known; the detail says what would be right.'],
  [401, 'A credential is needed, where the service asks for one; WWW-Authenticate says which.'],
  [403, 'The credential is not for asking, or of another tenant.'],
  [422, 'The answer would be too large: ask for less, or for a shorter time.'],
  [503, 'ClickHouse does not answer or is not migrated; Retry-After says when to try again.'],
  [504, 'No answer within the time limit.'],
]);
const MORE_STATUSES: ReadonlyMap<number, string> = new Map([
  [304, 'Nothing has changed since the answer with that ETag.'],
  [404, 'There is no such thing, or it has expired.'],
]);

/** Fills as routes are added; to be called before the first of them. */
export function documentRoutes(app: FastifyInstance): void {
  const declarations: RouteDeclaration[] = [];
  app.addHook('onRoute', ({ method, config }) => {
    const declaration = config?.declaration;
    if (declaration !== undefined && method === 'GET') declarations.push(declaration);
  });
  app.get('/api/v1/openapi.json', { config: { open: true } }, (_request, reply) =>
    reply.send(openApiDocument(declarations)),
  );
}

export function openApiDocument(declarations: readonly RouteDeclaration[]): JsonSchema {
  const paths = declarations.map((declaration) => [
    declaration.path.replace(/:(\w+)/g, '{$1}'),
    { get: operation(declaration) },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spanmill query API',
      version: '1',
      description:
        'Traces, services, operations, their graph and the pipeline itself. Moments since 1970 in nanoseconds are decimal ' +
        'strings; durations in nanoseconds are numbers while those are exact (104 days) and decimal strings beyond.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(paths) as JsonSchema,
    components: { schemas: { Problem: PROBLEM.json } },
  };
}

function operation({ path, summary, parameters, answer, statuses = [] }: RouteDeclaration): JsonSchema {
  const more = statuses.map((status) => [status, MORE_STATUSES.get(status) ?? ''] as const);
  const failures = [...more, ...COMMON_STATUSES].map(([status, description]) => [
    String(status),
    status === 304 ? { description } : { description, content: PROBLEM_CONTENT },
  ]);
  return {
    operationId: path
      .replace('/api/v1/', '')
      .replace(/[^a-zA-Z]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase()),
    summary,
    parameters: parameterObjects(parameters),
    responses: {
      200: { description: 'The answer.', content: { 'application/json': { schema: answer.json } } },
      ...(Object.fromEntries(failures) as JsonSchema),
    },
  };
}

const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

function parameterObjects(parameters: Parameters): JsonSchema[] {
  return Object.entries(parameters).map(([name, parameter]) => ({
    name,
    in: parameter.in,
    required: parameter.required,
    description: parameter.description,
    schema: parameter.schema,
    ...(parameter.schema['type'] === 'array' && { style: 'form', explode: true }),
  }));
}
