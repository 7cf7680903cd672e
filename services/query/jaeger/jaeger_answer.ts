/** The envelope of Jaeger's answers, errors among them. */
import type { FastifyReply } from 'fastify';
import type { Problem } from '../problem.ts';

export interface JaegerError {
  readonly code?: number;
  readonly msg: string;
  readonly traceID?: string;
}

export interface JaegerAnswer<T> {
  readonly data: T | null;
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly errors: readonly JaegerError[] | null;
}

/** Jaeger counts names, and leaves the other figures at zero. */
export function jaegerAnswer<T>(data: T, total = 0, errors: readonly JaegerError[] = []): JaegerAnswer<T> {
  return { data, total, limit: 0, offset: 0, errors: errors.length > 0 ? errors : null };
}

export function jaegerProblem(reply: FastifyReply, { status, message }: Problem): void {
  const body: JaegerAnswer<never> = {
    ...{ data: null, total: 0, limit: 0, offset: 0 },
    errors: [{ code: status, msg: message }],
  };
  void reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
