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
      <TraceField id="trace-a" label="Trace A" value={a} onChange={setA} />
      <TraceField id="trace-b" label="Trace B, or nothing for what is normal" value={b} onChange={setB} />
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

interface TraceFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TraceField({ id, label, value, onChange }: TraceFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="mono"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
