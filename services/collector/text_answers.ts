/** Answers of the doors whose protocols have no message for an error: text for people, as Zipkin and Jaeger give it. */
import { refusalOf, retryHeaders } from './answers.ts';
import type { HttpAnswer } from './http_door.ts';
import type { HeaderRefusal } from './http_headers.ts';
import type { Outcome } from './intake.ts';

/** 202 and nothing for spans that are stored, else why they are not. */
export function spansAnswer(outcome: Outcome | HeaderRefusal): HttpAnswer {
  if ('httpStatus' in outcome) return refusedAnswer(outcome);
  if (outcome.kind === 'stored') return { status: 202, headers: {}, body: '' };
  const refusal = refusalOf(outcome);
  return textAnswer(refusal.httpStatus, refusal.message, retryHeaders(refusal));
}

export function refusedAnswer({ httpStatus, message, headers }: HeaderRefusal): HttpAnswer {
  return textAnswer(httpStatus, message, headers);
}

export function textAnswer(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    body: `${message}\n`,
  };
}
