/** `spanmill ingest FILE...`: sends recorded spans to a collector, whatever format they were saved in. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { systemTimers, type Clock } from '../../platform/clock.ts';
import type { Terminal } from '../../platform/terminal.ts';
import { CliError, type CliContext } from '../context.ts';
import { INGEST_FORMAT_NAMES, type IngestFormatName } from '../ingest/formats.ts';
import { ingest, type IngestOptions, type IngestOutcome } from '../ingest/ingest.ts';
import { bytesText, ProgressBar, type IngestProgress } from '../ingest/progress_bar.ts';
import { printable } from '../text.ts';
import { durationText, plural, rateText } from '../units.ts';

interface CommandOptions {
  readonly format: IngestFormatName | 'auto';
  readonly to: string;
  readonly shift?: 'now';
  readonly batch: number;
  readonly patience: number;
}

const DEFAULT_TO = 'http://127.0.0.1:4318';
const DEFAULT_BATCH = 2_000;
const DEFAULT_PATIENCE_SECONDS = 300;
/** All was read, and some of it was not taken. */
const PARTLY = 2;
/** As often as the eye follows. */
const SHOW_MS = 100;

const HELP = `
Formats: otlp_json is a request, or many; otlp_jsonl one a line; zipkin_json and zipkin_v1_json are an array of spans,
an array of traces, or a span a line; jaeger_json is what Jaeger's UI saves. gzip and zstd are recognised. Of arrays
and lists of spans only a piece is in memory at a time.

Headers of requests, a token for instance, come from OTEL_EXPORTER_OTLP_HEADERS (name=value,name=value).

Exit code: 0 when every span was taken, 2 when all was read but some of it was not taken, 1 when it could not go on.

Examples:
  spanmill ingest traces.json --shift now
  spanmill ingest day.jsonl.gz --format otlp_jsonl --to http://collector:4318
  zstdcat spans.pb.zst | spanmill ingest - --format zipkin_proto`;

export function register(program: Command, context: CliContext): void {
  program
    .command('ingest')
    .description('send recorded spans to a collector: OTLP, Zipkin and Jaeger, from files or standard input')
    .argument('<files...>', 'files of spans; - is standard input')
    .addOption(
      new Option('-f, --format <format>', 'what the files hold; auto looks how they begin')
        .choices(['auto', ...INGEST_FORMAT_NAMES])
        .default('auto'),
    )
    .option('--to <url>', 'OTLP/HTTP address of the collector', DEFAULT_TO)
    .addOption(
      new Option('--shift <moment>', 'move all times, so that the newest span ends now').choices(['now']),
    )
    .option('--batch <spans>', 'spans of a request, at most', wholeNumber, DEFAULT_BATCH)
    .option(
      '--patience <seconds>',
      'how long a request is tried again',
      wholeNumber,
      DEFAULT_PATIENCE_SECONDS,
    )
    .addHelpText('after', HELP)
    .action((files: string[], options: CommandOptions) => run(files, options, context));
}

async function run(files: readonly string[], options: CommandOptions, context: CliContext): Promise<void> {
  const { clock, terminal, write, env } = context;
  const bar = new ProgressBar(terminal, write);
  const surroundings = {
    ...{ standardInput: process.stdin, fetcher: fetch, clock, timers: systemTimers },
    onProgress: atTimes(clock, (progress) => bar.show(progress)),
  };
  const settings: IngestOptions = {
    files,
    format: options.format,
    to: options.to,
    headers: headersOf(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
    shiftToNow: options.shift === 'now',
    maxSpans: options.batch,
    patienceMs: options.patience * 1000,
  };
  await ingest(settings, surroundings, (outcome) => {
    bar.end();
    if (outcome.refused.size > 0 || outcome.unreadableCount > 0) process.exitCode = PARTLY;
    write(`${outcomeLines(outcome, terminal).join('\n')}\n`);
  });
}

/** Not each of them is worth a line on the terminal. */
function atTimes(clock: Clock, show: (progress: IngestProgress) => void): (progress: IngestProgress) => void {
  let shownMs = -Infinity;
  return (progress) => {
    if (clock.now() - shownMs < SHOW_MS) return;
    shownMs = clock.now();
    show(progress);
  };
}

export function outcomeLines(outcome: IngestOutcome, { unicode }: Pick<Terminal, 'unicode'>): string[] {
  const { stored, refused, unreadable, unreadableCount, readBytes, elapsedMs } = outcome;
  const took = durationText(elapsedMs * 1e6, unicode ? 'µ' : 'u');
  const rate = rateText(Math.round((stored * 1000) / Math.max(elapsedMs, 1)));
  const more = unreadableCount - unreadable.length;
  return [
    `${plural(stored, 'span')} of ${bytesText(readBytes)} taken in ${took}, ${rate} a second`,
    ...[...refused].map(([why, spans]) => `${plural(spans, 'span')} refused: ${printable(why)}`),
    ...unreadable.map((problem) => `not read: ${printable(problem)}`),
    ...(more > 0 ? [`not read: ${plural(more, 'more place')}`] : []),
  ];
}

/** `name=value,name=value`, values as in a URL. Throws CliError. */
export function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair, at) => {
      const found = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=(.*)$/.exec(pair);
      // The value may be a secret, and is not repeated.
      if (found === null) throw new CliError([`OTEL_EXPORTER_OTLP_HEADERS: part ${at + 1} is no name=value`]);
      return [found[1] ?? '', decoded((found[2] ?? '').trim())];
    }),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}
