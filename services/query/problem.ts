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

interface ProblemOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, readonly string[]>>;
}

export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  /** Of the answer. */
  readonly headers: Readonly<Record<string, readonly string[]>>;

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.status = status;
    this.headers = options.headers ?? {};
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
