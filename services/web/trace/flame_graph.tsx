/** The flame graph of a trace: a click looks at a frame more closely and chooses its longest span. */
import './flame_graph.css';
import { useMemo, useState } from 'react';
import { formatDuration } from '../format/duration.ts';
import { formatShare, plural } from '../format/number.ts';
import { flameFrames, type Frame } from './flame.ts';
import type { TraceState } from './use_trace_state.ts';

interface FlameGraphProps {
  readonly state: TraceState;
  readonly hues: ReadonlyMap<string, number>;
}

/** Narrower frames cannot be seen, nor hit. */
const LEAST_SHARE = 0.001;
const ROW = 24;

export function FlameGraph({ state, hues }: FlameGraphProps) {
  const frames = useMemo(() => flameFrames(state.model), [state.model]);
  const [focus, setFocus] = useState<Frame | null>(null);
  const wholeNs = Math.max(
    1,
    frames.reduce((sum, { selfNs }) => sum + selfNs, 0),
  );
  const [fromNs, widthNs] = focus === null ? [0, wholeNs] : [focus.fromNs, focus.totalNs];
  const shown = frames
    .map((frame) => place(frame, fromNs, Math.max(1, widthNs)))
    .filter(({ width }) => width >= LEAST_SHARE);
  const deepest = shown.reduce((most, { frame }) => Math.max(most, frame.depth), 0);
  return (
    <div className="flame">
      <p className="muted flame-note">
        Width is self time of a span and all below it; spans with the same way from the root are one.{' '}
        {focus !== null && (
          <button type="button" className="button small" onClick={() => setFocus(null)}>
            Whole trace
          </button>
        )}
      </p>
      <ul className="flame-frames" style={{ height: (deepest + 1) * ROW }}>
        {shown.map(({ frame, left, width }) => (
          <li key={frame.key}>
            <button
              type="button"
              className={`flame-frame hue-${hues.get(frame.service) ?? 11}${frame.errors > 0 ? ' failed' : ''}`}
              style={{ top: frame.depth * ROW, left: `${left * 100}%`, width: `${width * 100}%` }}
              title={title(frame, wholeNs)}
              onClick={() => {
                setFocus(frame);
                state.select(frame.longest);
                state.setDetailsOpen(true);
              }}
            >
              <span>
                {frame.service} <span className="flame-name">{frame.name}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function place(frame: Frame, fromNs: number, widthNs: number) {
  const left = Math.max(0, (frame.fromNs - fromNs) / widthNs);
  const right = Math.min(1, (frame.fromNs + frame.totalNs - fromNs) / widthNs);
  return { frame, left, width: right - left };
}

function title({ service, name, spans, errors, totalNs, selfNs }: Frame, wholeNs: number): string {
  const failed = errors > 0 ? `, ${plural(errors, 'error')}` : '';
  return `${service} ${name}\n${formatDuration(totalNs)} (${formatShare(totalNs / wholeNs)}), itself ${formatDuration(selfNs)}\n${plural(spans, 'span')}${failed}`;
}
