/** `spanmill explain <trace id>`: why a trace was cut, sent and counted as it was, replayed from the log. Reads only. */
import type { Command } from 'commander';
import { partitionOf } from '../../core/otlp/partition.ts';
import { DEFAULT_RULES, type AssemblyRules } from '../../core/trace/assembly.ts';
import { pick } from '../../local/tables.ts';
import { readConfig } from '../../platform/config.ts';
import { readTopic } from '../../platform/kafka/read_topic.ts';
import { SETTINGS } from '../../processor/config.ts';
import { toLogRecord } from '../../processor/log_record.ts';
import { decodePosition } from '../../processor/position.ts';
import { CliError, type CliContext } from '../context.ts';
import { explanationLines, type Explanation } from '../explain/story_text.ts';
import { TraceReplay } from '../explain/trace_story.ts';
import { withKafka, type KafkaSession } from '../kafka_session.ts';
import { parseMoment } from '../moment.ts';
import { standardOutput, type Output } from '../output.ts';
import { countText } from '../units.ts';

export interface ExplainOptions {
  /** Unix milliseconds. */
  readonly sinceMs?: number;
  readonly json?: boolean;
}

/** How the processor is set. */
export interface ProcessorSetup {
  readonly group: string;
  readonly rules: AssemblyRules;
}

const PROGRESS_EVERY = 1_000;

export function register(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('why a trace was cut, sent and counted as it was: its partition is replayed from the log')
    .argument('<id>', 'trace id, 32 or 16 hex digits')
    .option(
      '--since <moment>',
      'read from this moment on: 15m, 24h, or like 2026-11-21T10:00:00Z (default: all)',
      (text) => parseMoment(text, context.clock.now()),
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nThe rules are those of the SPANMILL_PROCESSOR_* environment: give it as the processor has it.\n\n' +
        'Examples:\n  spanmill explain 4bf92f3577b34da6a3ce929d0e0e4736\n' +
        '  spanmill explain 4bf92f3577b34da6a3ce929d0e0e4736 --since 1h --json',
    )
    .action((id: string, { since, json }: { since?: number; json?: boolean }) => {
      const options = { ...(since !== undefined && { sinceMs: since }), json: json === true };
      const setup = processorSetup(context);
      return withKafka(context, (session) =>
        explain(session, id, options, setup, standardOutput(context.terminal)),
      );
    });
}

function processorSetup({ env }: CliContext): ProcessorSetup {
  const config = readConfig(SETTINGS, pick(SETTINGS, env));
  const { group, forgetMs, settleMs, settleCompleteMs, maxFragmentSpans } = config;
  return { group, rules: { ...DEFAULT_RULES, forgetMs, settleMs, settleCompleteMs, maxFragmentSpans } };
}

/** Throws CliError, PositionError. */
export async function explain(
  { kafka, admin, topics }: KafkaSession,
  id: string,
  { sinceMs, json }: ExplainOptions,
  { group, rules }: ProcessorSetup,
  output: Output,
): Promise<void> {
  const traceId = parseTraceId(id);
  const marks = await admin.watermarks(topics.spans);
  if (marks.length === 0)
    throw new CliError([`Kafka has no topic ${topics.spans}: spanmill migrate creates it`]);
  const partition = partitionOf(traceId, 0, marks.length);
  const { low = 0, high = 0 } = marks.find((one) => one.partition === partition) ?? {};
  const replay = new TraceReplay(traceId.toString('latin1'), rules);
  let from = low;
  let count = 0;
  await readTopic(kafka, {
    topic: topics.spans,
    ranges: [{ partition, from: low, to: high }],
    // As the processor reads it.
    isolation: 'read_committed',
    onRecords: async (_, records) => {
      for (const record of records) {
        if (sinceMs !== undefined && record.timestampMs < sinceMs) from = record.offset + 1;
        else replay.read(toLogRecord(record));
        if (++count % PROGRESS_EVERY === 0 && output.terminal.isTerminal && json !== true) {
          await output.text(`\rread ${countText(record.offset - low)} of ${countText(high - low)} offsets\r`);
        }
      }
    },
  });
  const position = await admin.committed(group, topics.spans, partition);
  const decoded = position === null ? null : decodePosition(position);
  const committed =
    decoded === null ? null : { group, low: decoded.low.offset, publishFrom: decoded.publishFrom };
  const explanation: Explanation = {
    ...{ traceId: traceId.toString('hex'), topic: topics.spans, partition, from, to: high },
    ...{ isPartial: from > 0, rules, story: replay.tell(), committed },
  };
  await output.lines(
    json === true ? [jsonText(explanation)] : explanationLines(explanation, output.terminal),
  );
}

/** 16 bytes; a 64-bit id is the low half of one. */
function parseTraceId(id: string): Buffer {
  if (!/^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(id)) {
    throw new CliError([`${id} is no trace id: it has 32 or 16 hex digits`]);
  }
  return Buffer.from(id.padStart(32, '0'), 'hex');
}

/** Ids of exemplars in hex, like all others. */
function jsonText({ story, ...rest }: Explanation): string {
  const open = Object.fromEntries(story.open);
  const isId = (key: string, value: unknown): value is string =>
    (key === 'traceId' || key === 'spanId') && typeof value === 'string' && value.length <= 16;
  return JSON.stringify(
    { ...rest, ...story, open },
    (key, value: unknown) => (isId(key, value) ? Buffer.from(value, 'latin1').toString('hex') : value),
    2,
  );
}
