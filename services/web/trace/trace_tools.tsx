/** Above the picture: which picture, find, the services with a switch each to collapse them. */
import type { RefObject } from 'react';
import type { Trace } from '../api/trace_answer.ts';
import { formatCount, plural } from '../format/number.ts';
import type { Picture, TraceState } from './use_trace_state.ts';

interface TraceToolsProps {
  readonly trace: Trace;
  readonly state: TraceState;
  readonly hues: ReadonlyMap<string, number>;
  readonly find: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
}

const PICTURES: readonly (readonly [Picture, string])[] = [
  ['waterfall', 'Waterfall'],
  ['flame', 'Flame graph'],
];

export function TraceTools({ trace, state, hues, find, onHelp }: TraceToolsProps) {
  return (
    <div className="trace-tools">
      <span className="segments" role="group" aria-label="Picture">
        {PICTURES.map(([picture, label]) => (
          <button
            key={picture}
            type="button"
            className="button small"
            aria-pressed={state.picture === picture}
            onClick={() => state.setPicture(picture)}
          >
            {label}
          </button>
        ))}
      </span>
      <FindBox state={state} find={find} />
      {state.picture === 'waterfall' && (
        <span className="segments" role="group" aria-label="All spans">
          <button type="button" className="button small" onClick={() => state.setAllCollapsed(false)}>
            Expand all
          </button>
          <button type="button" className="button small" onClick={() => state.setAllCollapsed(true)}>
            Collapse all
          </button>
        </span>
      )}
      <button type="button" className="button small" onClick={onHelp} aria-label="Keys" title="Keys">
        ?
      </button>
      <ServiceSwitches trace={trace} state={state} hues={hues} />
    </div>
  );
}

function FindBox({ state, find }: Pick<TraceToolsProps, 'state' | 'find'>) {
  const { found, selected, text } = state;
  const at = selected === null ? -1 : found.indexOf(selected);
  const said =
    found.length === 0 ? 'No match' : `${at < 0 ? '–' : formatCount(at + 1)} of ${formatCount(found.length)}`;
  return (
    <form
      className="find-box"
      role="search"
      aria-label="In this trace"
      onSubmit={(event) => {
        event.preventDefault();
        state.nextMatch(1);
      }}
    >
      <input
        ref={find}
        type="search"
        aria-label="Find in the trace"
        placeholder="Find ( / )"
        value={text}
        onChange={(event) => state.setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <span className="muted find-count" role="status">
        {text.trim() === '' ? '' : said}
      </span>
    </form>
  );
}

/** A press collapses all spans of the service, another opens them. */
function ServiceSwitches({ trace, state, hues }: Pick<TraceToolsProps, 'trace' | 'state' | 'hues'>) {
  return (
    <ul className="service-switches" aria-label="Services">
      {trace.services.slice(0, 30).map(({ service, spans, errors }) => (
        <li key={service}>
          <button
            type="button"
            className={`button small quiet hue-${hues.get(service) ?? 11}`}
            title={`${plural(spans, 'span')}, ${plural(errors, 'error')}; collapse or expand its spans`}
            onClick={() => state.toggleService(service)}
          >
            <span className="swatch" aria-hidden="true" />
            {service}
            <span className="muted">{formatCount(spans)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
