/** Opens a trace by an id from elsewhere: a log line, a ticket. */
import './trace_id_box.css';
import { useState } from 'react';
import { go } from '../router/use_address.ts';
import { tracePath } from '../router/view.ts';

export function TraceIdBox() {
  const [text, setText] = useState('');
  const id = traceIdIn(text);
  return (
    <form
      className="trace-id-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (id === null) return;
        go(tracePath(id));
        setText('');
      }}
    >
      <input
        aria-label="Open a trace by its id"
        placeholder="Trace id"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-invalid={text !== '' && id === null}
      />
    </form>
  );
}

/** Also out of a traceparent header or an id with dashes. */
function traceIdIn(text: string): string | null {
  const plain = /\b[0-9a-f]{32}\b/i.exec(text) ?? /^[0-9a-f]{1,32}$/i.exec(text.trim().replaceAll('-', ''));
  return plain === null ? null : plain[0].toLowerCase();
}
