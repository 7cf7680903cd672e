/** Dead letters as text: the list, one letter in full, and what a replay did. Pure. */
import type { RecordHeaders } from '../../platform/kafka/port.ts';
import type { Terminal } from '../../platform/terminal.ts';
import { msText } from '../moment.ts';
import { createStyle } from '../style.ts';
import { renderTable, type Column } from '../table.ts';
import { padEnd, printable } from '../text.ts';
import { countText, plural } from '../units.ts';
import { hexDump, type Content } from './content.ts';
import type { Letter } from './letter.ts';
import type { Letters } from './letter_box.ts';
import type { ReplayOutcome } from './replay.ts';

const COLUMNS: readonly Column[] = [
  // To the right: these are never cut.
  { name: 'id', align: 'right' },
  { name: 'time (UTC)', align: 'right' },
  { name: 'reason', align: 'left' },
  { name: 'from', align: 'left' },
  { name: 'size', align: 'right' },
  { name: 'tenant', align: 'left' },
  { name: 'state', align: 'left' },
  { name: 'error', align: 'left' },
];
const HEX_BYTES = 1024;
/** Of a decoded value, unless all of it is asked for. */
const JSON_LINES = 200;
const NAMED_IDS = 5;

/** The first `limit` of them, and how many there are by reason. */
export function listLines({ letters, replayed }: Letters, limit: number, terminal: Terminal): string[] {
  const shown = letters.slice(0, limit);
  const rows = shown.map((letter) => [
    letter.id,
    msText(letter.timeMs).slice(0, 19),
    letter.reason,
    sourceText(letter),
    byteText(letter.bytes),
    letter.tenant,
    replayed.has(letter.id) ? 'replayed' : 'dead',
    letter.error,
  ]);
  const more = letters.length > limit ? [`... and ${countText(letters.length - limit)} older`] : [];
  return [...renderTable(COLUMNS, rows, terminal), ...more, '', ...countLines({ letters, replayed })];
}

export function countLines({ letters, replayed }: Letters): string[] {
  const reasons = [...Map.groupBy(letters, ({ reason }) => reason)].sort(
    ([a, many], [b, others]) => others.length - many.length || (a < b ? -1 : 1),
  );
  const width = Math.max(0, ...reasons.map(([reason]) => printable(reason).length));
  return reasons.map(([reason, ofReason]) => {
    const back = ofReason.filter(({ id }) => replayed.has(id)).length;
    const state = back === 0 ? '' : `, ${countText(back)} replayed`;
    return `${padEnd(printable(reason), width)}  ${plural(ofReason.length, 'letter')}${state}`;
  });
}

export interface ShowOptions {
  /** The whole value, however long. */
  readonly full: boolean;
  readonly hex: boolean;
}

/** Headers, then the value decoded, or dumped where it cannot be or is asked for. */
export function showLines(
  letter: Letter,
  headers: RecordHeaders,
  value: Buffer,
  content: Content,
  options: ShowOptions,
  terminal: Pick<Terminal, 'color'>,
): string[] {
  const { bold, yellow } = createStyle(terminal.color);
  const facts: [string, string][] = [
    ['time', `${msText(letter.timeMs)} UTC`],
    ['from', sourceText(letter)],
    ['size', byteText(letter.bytes)],
    ...Object.entries(headers).map(([name, bytes]): [string, string] => [name, headerText(bytes)]),
  ];
  const width = Math.max(...facts.map(([name]) => printable(name).length));
  const json = options.hex ? null : content.json;
  const limit = options.full ? Infinity : json === null ? HEX_BYTES : JSON_LINES;
  return [
    bold(`dead letter ${letter.id}`),
    ...facts.map(([name, text]) => `  ${padEnd(printable(name), width)}  ${printable(text)}`),
    '',
    bold(options.hex ? 'bytes' : content.kind),
    ...(content.problem === '' ? [] : [yellow(`cannot be decoded: ${printable(content.problem)}`)]),
    ...(json === null ? hexDump(value, limit) : jsonLines(json, limit)),
  ];
}

export function outcomeLines({ sent, refused }: ReplayOutcome): string[] {
  return [
    `${plural(sent, 'dead letter')} sent back`,
    ...[...refused].map(([why, ids]) => {
      const named = ids.slice(0, NAMED_IDS).join(', ');
      const rest = ids.length > NAMED_IDS ? ` and ${countText(ids.length - NAMED_IDS)} more` : '';
      return `${plural(ids.length, 'letter')} left: ${printable(why)} (${named}${rest})`;
    }),
  ];
}

function sourceText({ source, sourceTopic, sourcePartition, sourceOffset }: Letter): string {
  return `${source ?? (sourceTopic || '?')}/${sourcePartition}@${sourceOffset}`;
}

/** `840 B`, `12.3 kB`, `4.2 MB`. */
function byteText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function headerText(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : `0x${bytes.toString('hex')}`;
}

function jsonLines(json: unknown, limit: number): string[] {
  const lines = JSON.stringify(json, null, 2).split('\n');
  const shown = lines.slice(0, limit).map(printable);
  const rest = lines.length - shown.length;
  return rest === 0 ? shown : [...shown, `... ${countText(rest)} lines more: --full`];
}
