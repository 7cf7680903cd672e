/** One span in the waterfall. Drawn again only when something of its own has changed. */
import { memo } from 'react';
import { formatDuration } from '../format/duration.ts';
import { plural } from '../format/number.ts';
import { placeIn, placesIn, type TimeWindow } from './time_window.ts';
import type { ModelSpan } from './trace_model.ts';
import type { TraceState } from './use_trace_state.ts';

/** The same object at every drawing, so that a row stays as it is. */
export type RowActions = Pick<TraceState, 'select' | 'toggle' | 'setDetailsOpen'>;

interface WaterfallRowProps {
  readonly span: ModelSpan;
  readonly row: number;
  readonly top: number;
  readonly hue: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly selected: boolean;
  readonly collapsed: boolean;
  /** Null while nothing is looked for. */
  readonly matched: boolean | null;
  readonly actions: RowActions;
}

export const rowId = (index: number): string => `span-row-${index}`;

/** Deeper ones are not moved further in: the names would have no place. */
const MAX_INDENT = 14;

function Row({
  span,
  row,
  top,
  hue,
  fromNs,
  toNs,
  selected,
  collapsed,
  matched,
  actions,
}: WaterfallRowProps) {
  const classes = [
    'wf-row',
    `hue-${hue}`,
    selected ? 'selected' : '',
    span.failed ? 'failed' : '',
    matched === null ? '' : matched ? 'matched' : 'unmatched',
  ];
  return (
    <div
      id={rowId(span.index)}
      role="row"
      aria-level={span.depth + 1}
      aria-rowindex={row + 1}
      aria-selected={selected}
      {...(span.size > 1 && { 'aria-expanded': !collapsed })}
      className={classes.filter((one) => one !== '').join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => {
        actions.select(span.index);
        actions.setDetailsOpen(true);
      }}
    >
      <div
        role="gridcell"
        className="wf-name"
        style={{ paddingLeft: 6 + Math.min(span.depth, MAX_INDENT) * 14 }}
      >
        <Toggle span={span} collapsed={collapsed} onToggle={actions.toggle} />
        <span className="wf-swatch" aria-hidden="true" />
        <span className="wf-service">{span.span.service}</span>
        <span className="wf-operation">{span.span.name}</span>
        {span.failed && <span className="wf-mark">error</span>}
        {!span.failed && collapsed && span.failedBelow && <span className="wf-mark below">error below</span>}
      </div>
      <div role="gridcell" className="wf-time">
        <Bar span={span} window={{ fromNs, toNs }} />
      </div>
    </div>
  );
}

interface ToggleProps {
  readonly span: ModelSpan;
  readonly collapsed: boolean;
  readonly onToggle: (index: number) => void;
}

/** For the pointer; the keyboard has the arrows, and readers aria-expanded. */
function Toggle({ span, collapsed, onToggle }: ToggleProps) {
  if (span.size === 1) return <span className="wf-toggle" />;
  return (
    <span
      className="wf-toggle"
      aria-hidden="true"
      title={collapsed ? `Expand ${plural(span.size - 1, 'span')}` : 'Collapse'}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(span.index);
      }}
    >
      {collapsed ? '▸' : '▾'}
    </span>
  );
}

function Bar({ span, window }: { readonly span: ModelSpan; readonly window: TimeWindow }) {
  const place = placeIn(window, span.startNs, span.startNs + span.durationNs);
  if (place === null) return <span className="visually-hidden">{formatDuration(span.durationNs)}</span>;
  const right = place.left + place.width;
  const label =
    right < 0.86 ? { left: percent(right) } : place.left > 0.14 ? { right: percent(1 - place.left) } : null;
  return (
    <>
      <span className="wf-bar" style={{ left: percent(place.left), width: percent(place.width) }}>
        {label === null && <span className="wf-inside">{formatDuration(span.durationNs)}</span>}
      </span>
      {placesIn(window, span.critical).map(({ left, width }) => (
        <span key={left} className="wf-critical" style={{ left: percent(left), width: percent(width) }} />
      ))}
      {label !== null && (
        <span className="wf-duration" style={label}>
          {formatDuration(span.durationNs)}
        </span>
      )}
    </>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

export const WaterfallRow = memo(Row);
