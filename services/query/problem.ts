/**
 * An answer that is an error, as `application/problem+json` (RFC 9457).
 *
 * The detail is for the person who asked: what is wrong and what to do. What the server said stays in the log.
 */
import { STATUS_CODES } from 'node:http';

export interface ProblemBody {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;

  constructor(status: number, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
  }

  body(): ProblemBody {
    return {
      type: 'about:blank',
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
    };
  }
}

export const badRequest = (detail: string): Problem => new Problem(400, detail);
export const notFound = (detail: string): Problem => new Problem(404, detail);
