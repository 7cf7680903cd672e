/** `spanmill dead-letters`: what could not be processed or stored, why, and sending it back once it can be. */
import { createInterface } from 'node:readline/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { auditedCommand } from '../audit.ts';
import { CliError, type CliContext } from '../context.ts';
import { decodeContent } from '../dead_letters/content.ts';
import {
  originalHeaders,
  parseLetterId,
  replayedBy,
  SOURCES,
  toLetter,
  type Letter,
  type LetterFilter,
  type Source,
} from '../dead_letters/letter.ts';
import { listLetters, openLetterBox, readLetter, type Letters } from '../dead_letters/letter_box.ts';
import { countLines, listLines, outcomeLines, showLines } from '../dead_letters/letter_text.ts';
import { claimReplay, replayLetters } from '../dead_letters/replay.ts';
import { withKafka, type KafkaSession } from '../kafka_session.ts';
import { parseMoment } from '../moment.ts';
import { standardOutput, type Output } from '../output.ts';
import { plural } from '../units.ts';

interface FilterOptions {
  readonly reason?: string;
  readonly source?: Source;
  readonly since?: string;
}

export interface ReplayOptions extends FilterOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly asSpans?: boolean;
}

/** Asked before anything is sent. */
export type Confirm = (question: string) => Promise<boolean>;

const DEFAULT_LIMIT = 50;

export function register(program: Command, context: CliContext): void {
  const output = standardOutput(context.terminal);
  const now = () => context.clock.now();
  const command = program
    .command('dead-letters')
    .description('what could not be processed or stored: list it, look at it, send it back');
  filtered(command.command('list').description('dead letters, newest first'))
    .option('--limit <count>', 'show at most so many', parseCount, DEFAULT_LIMIT)
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples('list --since 1h', 'list --reason refused --source traces'))
    .action((options: FilterOptions & { limit: number; json?: boolean }) =>
      withKafka(context, (session) => list(session, filterOf(options, now()), options, output)),
    );
  command
    .command('show')
    .description('one dead letter: its headers, and its content as far as it can be read')
    .argument('<id>', 'partition:offset, as `list` has it')
    .option('--hex', 'dump the bytes instead of decoding them')
    .option('--full', 'all of it, however long')
    .addHelpText('after', examples('show 0:12', 'show 0:12 --hex --full'))
    .action((id: string, options: { hex?: boolean; full?: boolean }) =>
      withKafka(context, (session) => show(session, id, options, output)),
    );
  filtered(command.command('replay').description('send dead letters back to where they came from, each once'))
    .argument('[ids...]', 'partition:offset, as `list` has them')
    .option('--all', 'all that match the filters and were not sent back before')
    .option('--dry-run', 'only say what would be sent')
    .option(
      '--as-spans',
      'also spans that the sink took out of a trace, as new spans: metrics count them again',
    )
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples('replay --all --dry-run', 'replay 0:12 2:7', 'replay --all --source metrics -y'),
    )
    .action((ids: string[], options: ReplayOptions & { yes?: boolean }) => {
      const confirm = options.yes === true ? () => Promise.resolve(true) : askOnTerminal(context);
      const run = (): Promise<void> =>
        withKafka(context, (session) => replay(session, ids, options, { output, confirm, now }));
      if (options.dryRun === true) return run();
      const { reason = '', since = '', source = '' } = options;
      const details = { ids, reason, since, source, asSpans: options.asSpans === true };
      return auditedCommand(context, { what: 'dead_letters.replay', details }, run);
    });
}

/** Throws CliError. */
export async function list(
  { kafka, admin, topics }: KafkaSession,
  filter: LetterFilter,
  { limit, json }: { readonly limit: number; readonly json?: boolean },
  output: Output,
): Promise<void> {
  const found = await listLetters(await openLetterBox(kafka, admin, topics), filter);
  if (json === true) {
    const shown = found.letters.slice(0, limit);
    const rows = shown.map((letter) => ({ ...letter, isReplayed: found.replayed.has(letter.id) }));
    await output.lines([JSON.stringify(rows, null, 2)]);
  } else if (found.letters.length === 0) {
    await output.note('no dead letters');
  } else {
    await output.lines(listLines(found, limit, output.terminal));
  }
}

/** Throws CliError. */
export async function show(
  { kafka, admin, topics }: KafkaSession,
  id: string,
  { hex = false, full = false }: { readonly hex?: boolean; readonly full?: boolean },
  output: Output,
): Promise<void> {
  const at = parseLetterId(id);
  if (at === null) throw new CliError([notAnId(id)]);
  const box = await openLetterBox(kafka, admin, topics);
  const record = await readLetter(box, at.partition, at.offset);
  if (record === null) throw new CliError([`there is no dead letter ${id}: spanmill dead-letters list`]);
  const marked = replayedBy(record);
  if (marked !== null) throw new CliError([`${id} is no letter: it says that ${marked} was sent back`]);
  const letter = toLetter(at.partition, record, topics);
  const content = decodeContent(letter.source, record.value, originalHeaders(record.headers));
  await output.lines(
    showLines(letter, record.headers, record.value, content, { hex, full }, output.terminal),
  );
}

export interface ReplaySurroundings {
  readonly output: Output;
  readonly confirm: Confirm;
  readonly now: () => number;
}

/** Throws CliError. */
export async function replay(
  { kafka, admin, topics }: KafkaSession,
  ids: readonly string[],
  options: ReplayOptions,
  { output, confirm, now }: ReplaySurroundings,
): Promise<void> {
  checkSelection(ids, options);
  const filter = filterOf(options, now());
  if (options.dryRun === true) {
    const box = await openLetterBox(kafka, admin, topics);
    const { letters } = select(await listLetters(box, filter), ids);
    await output.lines([
      ...countLines({ letters, replayed: new Set() }),
      `${plural(letters.length, 'dead letter')} would be sent back`,
    ]);
    return;
  }
  const ownership = await claimReplay(kafka, topics);
  try {
    const box = await openLetterBox(kafka, admin, topics);
    const { letters, skipped } = select(await listLetters(box, filter), ids);
    if (skipped > 0) await output.note(`${plural(skipped, 'letter')} sent back before: left alone`);
    if (letters.length === 0) {
      await output.note('nothing to send back');
      return;
    }
    await output.lines(countLines({ letters, replayed: new Set() }));
    if (!(await confirm(`Send ${plural(letters.length, 'dead letter')} back? [y/N] `))) {
      throw new CliError(['nothing was sent']);
    }
    const asSpans = options.asSpans === true;
    const onProgress = (sent: number): void => {
      if (output.terminal.isTerminal) void output.text(`\r${sent} of ${letters.length} sent back\r`);
    };
    const outcome = await replayLetters({ box, ownership, letters, asSpans, onProgress });
    await output.lines(outcomeLines(outcome));
  } finally {
    await ownership.release();
  }
}

/** What is to be sent: those that were not sent before, and of `ids` all must be there. */
function select(
  { letters, replayed }: Letters,
  ids: readonly string[],
): { letters: Letter[]; skipped: number } {
  const known = new Set(letters.map(({ id }) => id));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0)
    throw new CliError([`there is no dead letter ${missing.join(', ')} (or a filter hides it)`]);
  const named = new Set(ids);
  const selected = letters.filter(({ id }) => ids.length === 0 || named.has(id));
  const fresh = selected.filter(({ id }) => !replayed.has(id));
  return { letters: fresh, skipped: selected.length - fresh.length };
}

function checkSelection(ids: readonly string[], { all }: ReplayOptions): void {
  if (ids.length > 0 && all === true) throw new CliError(['give ids or --all, not both']);
  if (ids.length === 0 && all !== true) throw new CliError(['give the ids of dead letters, or --all']);
  for (const id of ids) if (parseLetterId(id) === null) throw new CliError([notAnId(id)]);
}

function filtered(command: Command): Command {
  return command
    .option('--reason <reason>', 'only with this reason, e.g. malformed_span')
    .addOption(new Option('--source <topic>', 'only from this topic').choices(SOURCES))
    .option('--since <moment>', 'only from this moment on: 15m, 24h, 7d, or like 2026-11-21T10:00:00Z');
}

function filterOf({ reason, source, since }: FilterOptions, nowMs: number): LetterFilter {
  return { reason, source, sinceMs: since === undefined ? undefined : momentOf(since, nowMs) };
}

function momentOf(since: string, nowMs: number): number {
  try {
    return parseMoment(since, nowMs);
  } catch (cause) {
    throw new CliError([`--since ${since}: ${(cause as Error).message}`], { cause });
  }
}

function askOnTerminal({ terminal }: CliContext): Confirm {
  return async (question) => {
    if (!process.stdin.isTTY || !terminal.isTerminal) {
      throw new CliError(['nobody can be asked here: --yes sends without asking']);
    }
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(es)?$/i.test((await lines.question(question)).trim());
    } finally {
      lines.close();
    }
  };
}

const notAnId = (id: string) => `${id} is no id of a dead letter: it is like 0:12, partition and offset`;

const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  spanmill dead-letters ${line}`).join('\n')}`;

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}
