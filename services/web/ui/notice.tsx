/** What a view says instead of its content: it is under way, it failed, there is nothing yet; and what to do next. */
import './notice.css';
import type { ReactNode } from 'react';
import type { AskError } from '../api/ask.ts';

interface NoticeProps {
  readonly title: string;
  readonly tone?: 'plain' | 'error';
  readonly children: ReactNode;
}

export function Notice({ title, tone = 'plain', children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <p className="notice-title">{title}</p>
      <div>{children}</div>
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading" role="status">
      <span className="loading-dot" aria-hidden="true" />
      Loading {what}…
    </p>
  );
}

/** `again` asks once more at once; a passing failure is asked again by itself. */
export function Failure({ error, again }: { readonly error: AskError; readonly again: () => void }) {
  const title = error.passing
    ? 'No answer at the moment'
    : error.status === 404
      ? 'Not found'
      : 'This could not be answered';
  return (
    <Notice title={title} tone="error">
      <p className="break">{sentence(error.message)}</p>
      {error.passing && <p className="muted">Asking again every five seconds.</p>}
      <button type="button" className="button small" onClick={again}>
        Ask again now
      </button>
    </Notice>
  );
}

function sentence(text: string): string {
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
