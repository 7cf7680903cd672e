/**
 * An answer of the API for a component: asked when the question changes, again after a passing failure, and at intervals if wished.
 * While a new answer is under way the old one stays.
 */
import { useEffect, useState } from 'react';
import { tenantOf } from '../router/tenant.ts';
import { useAddress } from '../router/use_address.ts';
import { ask, AskError, queryString, type Parameters } from './ask.ts';

export interface Answer<T> {
  readonly value: T | null;
  readonly error: AskError | null;
  readonly loading: boolean;
  readonly again: () => void;
}

interface Held<T> {
  readonly question: string;
  readonly value: T | null;
  readonly error: AskError | null;
}

const RETRY_MS = 5000;

/** `path` null asks nothing. The address's tenant is asked for, unless the parameters say otherwise. */
export function useAnswer<T>(path: string | null, parameters: Parameters = {}, pollMs = 0): Answer<T> {
  const tenant = tenantOf(useAddress().search);
  const query = queryString({ tenant, ...parameters });
  const question = path === null || query === '' ? (path ?? '') : `${path}?${query}`;
  const [held, setHeld] = useState<Held<T>>({ question: '', value: null, error: null });
  const [round, setRound] = useState(0);

  useEffect(() => {
    if (question === '') return undefined;
    const leaving = new AbortController();
    let timer = 0;
    const later = (ms: number): void => {
      timer = window.setTimeout(() => setRound((before) => before + 1), ms);
    };
    ask<T>(question, {}, leaving.signal).then(
      (value) => {
        if (leaving.signal.aborted) return;
        setHeld({ question, value, error: null });
        if (pollMs > 0) later(pollMs);
      },
      (thrown: unknown) => {
        if (leaving.signal.aborted) return;
        const error =
          thrown instanceof AskError ? thrown : new AskError(500, String(thrown), { cause: thrown });
        setHeld((before) => ({ question, value: before.value, error }));
        if (error.passing) later(Math.max(pollMs, RETRY_MS));
      },
    );
    return () => {
      leaving.abort();
      window.clearTimeout(timer);
    };
  }, [question, round, pollMs]);

  return {
    value: held.value,
    error: held.question === question ? held.error : null,
    loading: question !== '' && held.question !== question,
    again: () => setRound((before) => before + 1),
  };
}
