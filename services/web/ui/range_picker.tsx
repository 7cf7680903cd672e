/** From when to when: ages at a click, or two moments in the reader's time zone. */
import './range_picker.css';
import { useState } from 'react';
import { zoneName } from '../format/moment.ts';
import { changeSearch } from '../router/use_address.ts';
import { DEFAULT_RANGE, rangeOf, type Range } from '../router/view.ts';
import { useAddress } from '../router/use_address.ts';

const AGES: readonly (readonly [string, string])[] = [
  ['15m', '15 min'],
  ['1h', '1 h'],
  ['6h', '6 h'],
  ['24h', '24 h'],
];

export function RangePicker() {
  const range = rangeOf(useAddress().search);
  const custom = range.until !== '' || !AGES.some(([age]) => age === range.since);
  const [open, setOpen] = useState(false);
  return (
    <div className="range-picker" role="group" aria-label="Time range">
      <span className="segments">
        {AGES.map(([age, label]) => (
          <button
            key={age}
            type="button"
            className="button small"
            aria-pressed={!custom && range.since === age}
            onClick={() => {
              setOpen(false);
              choose({ since: age, until: '' });
            }}
          >
            {label}
          </button>
        ))}
        <button
          type="button"
          className="button small"
          aria-pressed={custom}
          aria-expanded={open || custom}
          onClick={() => setOpen(!open)}
        >
          Custom
        </button>
      </span>
      {(open || custom) && <CustomRange key={`${range.since}/${range.until}`} range={range} />}
    </div>
  );
}

function choose({ since, until }: Range): void {
  changeSearch({ since: since === DEFAULT_RANGE.since ? null : since, until }, { replace: false });
}

function CustomRange({ range }: { readonly range: Range }) {
  const [since, setSince] = useState(() => localText(momentOf(range.since, 3_600_000)));
  const [until, setUntil] = useState(() => localText(momentOf(range.until, 0)));
  const right = since !== '' && until !== '' && since < until;
  return (
    <form
      className="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (right) choose({ since: new Date(since).toISOString(), until: new Date(until).toISOString() });
      }}
    >
      <TimeField label="from" value={since} onChange={setSince} />
      <TimeField label="to" value={until} onChange={setUntil} />
      <span className="muted">{zoneName(Date.now())}</span>
      <button type="submit" className="button small" disabled={!right}>
        Apply
      </button>
    </form>
  );
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function momentOf(text: string, otherwiseAgeMs: number): number {
  const age = /^(\d+)([smhd])$/.exec(text);
  if (age !== null) return Date.now() - Number(age[1]) * (UNITS_MS[age[2] ?? ''] ?? 0);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? Date.now() - otherwiseAgeMs : ms;
}

/** As `datetime-local` takes it: the reader's own time, without a zone. */
function localText(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

interface TimeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TimeField({ label, value, onChange }: TimeFieldProps) {
  return (
    <label>
      <span className="muted">{label}</span>
      <input
        type="datetime-local"
        step="1"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
