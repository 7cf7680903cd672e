/** A trace's story as text: the timeline, what was counted, and what of it is published. Pure. */
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../core/metrics/deltas.ts';
import { DEFAULT_TENANT } from '../../core/contracts.ts';
import type { AssemblyRules } from '../../core/trace/assembly.ts';
import type { Terminal } from '../../platform/terminal.ts';
import { msText } from '../moment.ts';
import { createStyle } from '../style.ts';
import { renderTable, type Column } from '../table.ts';
import { padEnd, padStart, printable } from '../text.ts';
import { countText, durationText, plural } from '../units.ts';
import type { OpenState, Story, StoryEvent } from './story.ts';

export interface Explanation {
  /** Hex. */
  readonly traceId: string;
  readonly topic: string;
  readonly partition: number;
  /** Offsets that were read: `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Whether the log holds, or `--since` lets through, less than all. */
  readonly isPartial: boolean;
  readonly rules: AssemblyRules;
  readonly story: Story;
  readonly committed: { readonly group: string; readonly low: number; readonly publishFrom: number } | null;
}

const METRIC_COLUMNS: readonly Column[] = [
  { name: 'window (UTC)', align: 'right' },
  { name: 'service', align: 'left' },
  { name: 'operation', align: 'left' },
  { name: 'kind', align: 'left' },
  { name: 'status', align: 'left' },
  { name: 'calls', align: 'right' },
  { name: 'errors', align: 'right' },
  { name: 'duration', align: 'right' },
  { name: 'left at', align: 'right' },
];
const EDGE_COLUMNS: readonly Column[] = [
  { name: 'window (UTC)', align: 'right' },
  { name: 'client', align: 'left' },
  { name: 'server', align: 'left' },
  { name: 'type', align: 'left' },
  { name: 'calls', align: 'right' },
  { name: 'errors', align: 'right' },
  { name: 'left at', align: 'right' },
];
const NAMED_PARENTS = 5;

export function explanationLines(explanation: Explanation, terminal: Terminal): string[] {
  const { traceId, topic, partition, from, to, story } = explanation;
  const { bold, yellow } = createStyle(terminal.color);
  const lines = [
    `${bold(`trace ${traceId}`)}: ${topic}, partition ${partition}, offsets ${from} to ${to - 1}`,
    ...(explanation.isPartial
      ? [
          yellow(
            `what came before offset ${from} was not read: an earlier span, and the exact mark, would not show`,
          ),
        ]
      : []),
    '',
  ];
  if (story.events.length === 0) {
    return [...lines, 'no span of it is there: never received, of another pipeline, or deleted by retention'];
  }
  return [
    ...lines,
    ...timeline(story.events, explanation.rules, terminal),
    ...[...story.open].map(([tenant, open]) => yellow(openText(tenant, open, explanation.rules))),
    '',
    ...metricTables(story, terminal),
    ...committedLines(explanation),
  ];
}

function timeline(events: readonly StoryEvent[], rules: AssemblyRules, terminal: Terminal): string[] {
  const { bold, dim } = createStyle(terminal.color);
  const width = Math.max(6, ...events.map(({ offset }) => String(offset).length));
  const firstMs = events[0]?.streamMs ?? 0;
  const head = `${padStart('offset', width)}  ${padEnd('appended (UTC)', 23)}  ${padStart('stream', 10)}  what`;
  return [
    bold(head),
    ...events.map((event) => {
      const stream = padStart(`+${((event.streamMs - firstMs) / 1000).toFixed(3)} s`, 10);
      const tenant =
        event.tenant === '' || event.tenant === DEFAULT_TENANT ? '' : ` [${printable(event.tenant)}]`;
      const when = dim(`${msText(event.appendMs)}  ${stream}`);
      return `${padStart(String(event.offset), width)}  ${when}  ${eventText(event, rules)}${tenant}`;
    }),
  ];
}

function eventText(event: StoryEvent, rules: AssemblyRules): string {
  switch (event.what) {
    case 'record': {
      const { spans, repeats, silenceMs } = event;
      const after = silenceMs === null ? ', begins a run' : `, after ${msDuration(silenceMs)}`;
      const dropped = repeats === 0 ? '' : `, ${countText(repeats)} dropped as a client's retry`;
      return `record: ${plural(spans, 'span')}, ${countText(spans - repeats)} new${dropped}${after}`;
    }
    case 'fragment': {
      const state = wholeness(event);
      return `fragment ${event.number} left with ${plural(event.spans, 'span')}: ${whyLeft(event, rules)}; ${state}`;
    }
    case 'end': {
      const of = `${plural(event.spans, 'span')} in ${plural(event.fragments, 'fragment')}`;
      const why = event.reason === 'cut' ? 'cut' : `silent for ${msDuration(event.silenceMs)}`;
      return `run ended: ${why}; ${of}`;
    }
    case 'cut':
      return 'control record: ends the run, if there is one';
    case 'rejected':
      return `rejected, to dead letters: ${event.reason.replaceAll('_', ' ')}`;
    case 'metrics':
      return `metrics left: ${plural(event.spans.length, 'series', 'series')}, ${plural(event.edges.length, 'edge')}`;
  }
}

function whyLeft(
  { reason, silenceMs, hasRoot, missingParents }: Extract<StoryEvent, { what: 'fragment' }>,
  rules: AssemblyRules,
): string {
  switch (reason) {
    case 'settled': {
      const limit = hasRoot && missingParents.length === 0 ? rules.settleCompleteMs : rules.settleMs;
      return `settled, silent for ${msDuration(silenceMs)} (${msDuration(limit)} are enough)`;
    }
    case 'full':
      return `full, ${plural(rules.maxFragmentSpans, 'span')} or ${countText(rules.maxFragmentBytes)} bytes are sent at once`;
    case 'idle':
      return `silent for ${msDuration(silenceMs)}, the run ends`;
    case 'cut':
      return 'the run was cut';
  }
}

function wholeness({ hasRoot, missingParents }: Pick<OpenState, 'hasRoot' | 'missingParents'>): string {
  if (hasRoot && missingParents.length === 0) return 'complete';
  const root = hasRoot ? [] : ['no root'];
  const named = missingParents.slice(0, NAMED_PARENTS).join(', ');
  const rest = missingParents.length > NAMED_PARENTS ? ', ...' : '';
  const parents =
    missingParents.length === 0
      ? []
      : [`${plural(missingParents.length, 'parent')} missing (${named}${rest})`];
  return `incomplete, ${[...root, ...parents].join(', ')}`;
}

function openText(tenant: string, open: OpenState, rules: AssemblyRules): string {
  const whose = tenant === DEFAULT_TENANT ? '' : ` of ${printable(tenant)}`;
  const unsent =
    open.unsent === 0 ? 'all its spans have left' : `${plural(open.unsent, 'span')} still to leave`;
  return (
    `the run${whose} is open where the log ends: ${unsent}; ${wholeness(open)}; ` +
    `silent for ${msDuration(open.silenceMs)} of the ${msDuration(rules.forgetMs)} that end it`
  );
}

function metricTables({ events, owed }: Story, terminal: Terminal): string[] {
  const left = events.flatMap((event) =>
    event.what === 'metrics' ? [{ at: String(event.offset), spans: event.spans, edges: event.edges }] : [],
  );
  const all = [...left, { at: 'not yet', ...owed }];
  const metrics = all.flatMap(({ at, spans }) => spans.map((delta) => metricRow(delta, at, terminal)));
  const edges = all.flatMap((one) => one.edges.map((delta) => edgeRow(delta, one.at)));
  return [
    ...(metrics.length === 0 ? [] : [...renderTable(METRIC_COLUMNS, metrics, terminal), '']),
    ...(edges.length === 0 ? [] : [...renderTable(EDGE_COLUMNS, edges, terminal), '']),
  ];
}

function metricRow(delta: SpanMetricDelta, at: string, { unicode }: Terminal): string[] {
  const { windowStart, service, operation, kind, status, calls, errors, durationSumNs } = delta;
  const duration = durationText(durationSumNs, unicode ? 'µ' : 'u');
  const window = windowText(windowStart);
  return [window, service, operation, kind, status, countText(calls), countText(errors), duration, at];
}

function edgeRow(delta: ServiceEdgeDelta, at: string): string[] {
  const { windowStart, client, server, connectionType, calls, errors } = delta;
  return [windowText(windowStart), client, server, connectionType, countText(calls), countText(errors), at];
}

function committedLines({ committed, story }: Explanation): string[] {
  if (committed === null) return ['nothing is committed for this partition: no processor has read it yet'];
  const { group, low, publishFrom } = committed;
  const pending = story.events.filter(({ offset }) => offset >= publishFrom).length;
  const state =
    pending === 0
      ? 'all of the above is published'
      : `${plural(pending, 'line')} above from offset ${publishFrom} on: not yet`;
  return [
    `${printable(group)} has published what follows from the records before ${publishFrom} (P): ${state}`,
    `after a restart it would read again from ${low} (L)`,
  ];
}

function windowText(unixSeconds: number): string {
  return msText(unixSeconds * 1000).slice(0, 19);
}

function msDuration(ms: number): string {
  return durationText(ms * 1e6);
}
