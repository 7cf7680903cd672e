import { useState } from 'react';
import { go } from '../router/use_address.ts';
import { comparePath } from '../router/view.ts';

interface ChooseTracesProps {
  readonly id: string;
  readonly other: string;
}

export function ChooseTraces({ id, other }: ChooseTracesProps) {
  const [a, setA] = useState(id);
  const [b, setB] = useState(other === 'normal' ? '' : other);
  const isId = (text: string): boolean => /^[0-9a-f]{1,32}$/i.test(text.trim());
  return (
    <form
      className="panel choose-traces"
      aria-label="Traces to compare"
      onSubmit={(event) => {
        event.preventDefault();
        if (isId(a)) go(comparePath(a.trim(), isId(b) ? b.trim() : 'normal'));
      }}
    >
      <div className="field">
        <label htmlFor="trace-a">Trace A</label>
        <input
          id="trace-a"
          className="mono"
          spellCheck={false}
          value={a}
          onChange={(event) => setA(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="trace-b">Trace B, or nothing for what is normal</label>
        <input
          id="trace-b"
          className="mono"
          spellCheck={false}
          value={b}
          onChange={(event) => setB(event.target.value)}
        />
      </div>
      <button type="submit" className="button primary" disabled={!isId(a) || (b.trim() !== '' && !isId(b))}>
        Compare
      </button>
      <button
        type="button"
        className="button"
        disabled={!isId(a) || !isId(b)}
        onClick={() => go(comparePath(b.trim(), a.trim()))}
      >
        Swap
      </button>
    </form>
  );
}
