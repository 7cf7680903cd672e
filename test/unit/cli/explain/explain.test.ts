/** Logs made by hand, told by the real assembly; and the command over a Kafka in memory. */
import { describe, expect, test } from '@jest/globals';
import { explain } from '../../../../services/cli/commands/explain.ts';
import { explanationLines, type Explanation } from '../../../../services/cli/explain/story_text.ts';
import { TraceReplay } from '../../../../services/cli/explain/trace_story.ts';
import { topicNames } from '../../../../services/core/contracts.ts';
import { partitionOf } from '../../../../services/core/otlp/partition.ts';
import { DEFAULT_RULES, type LogRecord } from '../../../../services/core/trace/assembly.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../../services/platform/kafka/topics.ts';
import { encodePosition } from '../../../../services/processor/position.ts';
import { recordedOutput } from '../../../support/cli_fakes.ts';
import { FakeKafka } from '../../../support/fake_kafka.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { tracesData, type TestSpan } from '../../../support/otlp_bytes.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER_TRACE = '11111111111111111111111111111111';
const START_MS = Date.UTC(2026, 10, 21, 10);
const RULES = { ...DEFAULT_RULES, forgetMs: 3_000, settleMs: 2_000, settleCompleteMs: 1_000 };

const span = (id: number, parent = 0, traceId = TRACE): TestSpan => ({
  traceId,
  spanId: id.toString(16).padStart(16, '0'),
  ...(parent > 0 && { parentId: parent.toString(16).padStart(16, '0') }),
  name: 'pay',
  kind: 2,
  startMs: START_MS,
  durationMs: 5,
});
const value = (...spans: TestSpan[]): Buffer => tracesData([{ service: 'shop', spans }]);

/** A log with an entry each second; null is a tick, text a cut of the trace. */
function log(...entries: (Buffer | 'cut' | null)[]): LogRecord[] {
  return entries.map((entry, offset) => ({
    offset,
    appendMs: START_MS + 1_000 * offset,
    tenant: 'default',
    value: Buffer.isBuffer(entry) ? entry : new Uint8Array(0),
    cut: entry === 'cut' ? Buffer.from(OTHER_TRACE + TRACE, 'hex') : null,
  }));
}

function told(records: readonly LogRecord[], rest: Partial<Explanation> = {}): string[] {
  const rules = rest.rules ?? RULES;
  const replay = new TraceReplay(Buffer.from(TRACE, 'hex').toString('latin1'), rules);
  for (const record of records) replay.read(record);
  const explanation = {
    ...{ traceId: TRACE, topic: 'spans', partition: 2, from: 0, to: records.length, isPartial: false },
    ...{ rules, story: replay.tell(), committed: null, ...rest },
  };
  return explanationLines(explanation, { width: 120, isTerminal: false, color: false, unicode: true });
}

/** Of the timeline, without the moments. */
function timeline(records: readonly LogRecord[], rest: Partial<Explanation> = {}): string[] {
  const lines = told(records, rest).slice(3);
  return lines.slice(0, lines.indexOf('')).map((line) => line.replace(/^ *(\d+) .* s {2}(?=\S)/, '$1 '));
}

describe('the story of a trace', () => {
  test('is a timeline, what was counted and when it left, and what is published', () => {
    const records = log(
      value(span(1), span(2, 1)),
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    );
    expect(told(records, { committed: { group: 'p', low: 0, publishFrom: 3 } })).toEqual([
      `trace ${TRACE}: spans, partition 2, offsets 0 to 10`,
      '',
      'offset  appended (UTC)               stream  what',
      '     0  2026-11-21 10:00:00.000    +0.000 s  record: 2 spans, 2 new, begins a run',
      '     1  2026-11-21 10:00:01.000    +1.000 s  fragment 0 left with 2 spans: settled, silent for 1 s (1 s are enough); complete',
      '     3  2026-11-21 10:00:03.000    +3.000 s  run ended: silent for 3 s; 2 spans in 1 fragment',
      '     9  2026-11-21 10:00:09.000    +9.000 s  metrics left: 1 series, 0 edges',
      '',
      '       window (UTC)  service  operation  kind    status  calls  errors  duration  left at',
      '───────────────────  ───────  ─────────  ──────  ──────  ─────  ──────  ────────  ───────',
      '2026-11-21 10:00:00  shop     pay        Server  Unset       2       0     10 ms        9',
      '',
      'p has published what follows from the records before 3 (P): 2 lines above from offset 3 on: not yet',
      'after a restart it would read again from 0 (L)',
    ]);
  });

  test('tells repeats from new spans, and which parents were missing', () => {
    const child = span(2, 9);
    expect(timeline(log(value(child), value(child, span(3, 9)), null, null, value(span(9)), null))).toEqual([
      '0 record: 1 span, 1 new, begins a run',
      "1 record: 2 spans, 1 new, 1 dropped as a client's retry, after 1 s",
      '3 fragment 0 left with 2 spans: settled, silent for 2 s (2 s are enough); ' +
        'incomplete, no root, 1 parent missing (0000000000000009)',
      '4 run ended: silent for 3 s; 2 spans in 1 fragment',
      '4 record: 1 span, 1 new, begins a run',
      '5 fragment 0 left with 1 span: settled, silent for 1 s (1 s are enough); complete',
      'the run is open where the log ends: all its spans have left; complete; silent for 1 s of the 3 s that end it',
    ]);
  });

  test('tells of cuts, and of fragments that were full', () => {
    const rules = { ...RULES, maxFragmentSpans: 2 };
    expect(timeline(log(value(span(1), span(2, 1), span(3, 1)), 'cut', 'cut'), { rules })).toEqual([
      '0 record: 3 spans, 3 new, begins a run',
      '0 fragment 0 left with 2 spans: full, 2 spans or 4,194,304 bytes are sent at once; complete',
      '1 control record: ends the run, if there is one',
      '1 fragment 1 left with 1 span: settled, silent for 1 s (1 s are enough); complete',
      '1 run ended: cut; 3 spans in 2 fragments',
      '2 control record: ends the run, if there is one',
    ]);
  });

  test('knows what has not left where the log ends', () => {
    const lines = timeline(log(value(span(2, 1)), value(span(2, 1))));
    expect(lines).toEqual([
      '0 record: 1 span, 1 new, begins a run',
      "1 record: 1 span, 0 new, 1 dropped as a client's retry, after 1 s",
      'the run is open where the log ends: 1 span still to leave; incomplete, no root, 1 parent missing ' +
        '(0000000000000001); silent for 0 ns of the 3 s that end it',
    ]);
  });

  test('a span without an id is rejected, and no retry', () => {
    const bad = { ...span(1), spanId: '0000000000000000' };
    expect(timeline(log(value(bad, span(2)), null)).slice(0, 2)).toEqual([
      '0 rejected, to dead letters: invalid span id',
      '0 record: 1 span, 1 new, begins a run',
    ]);
  });

  test('other traces move the clock and are not told', () => {
    const other = () => value(span(7, 0, OTHER_TRACE));
    const alone = timeline(log(value(span(1)), null, null, null));
    expect(timeline(log(value(span(1), span(7, 0, OTHER_TRACE)), other(), other(), other()))).toEqual(alone);
    expect(told(log(other(), other()))).toContain(
      'no span of it is there: never received, of another pipeline, or deleted by retention',
    );
  });
});

describe('spanmill explain', () => {
  const topics = topicNames('spanmill');
  const id = Buffer.from(TRACE, 'hex');

  async function run(options: Parameters<typeof explain>[2], traceId = TRACE): Promise<string> {
    const time = new ManualTime(START_MS);
    const kafka = new FakeKafka(time);
    const admin = await kafka.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions: 3 }));
    const producer = await kafka.producer();
    const partition = partitionOf(id, 0, 3);
    for (const record of [value(span(1)), Buffer.alloc(0), Buffer.alloc(0)]) {
      await producer.append({ topic: topics.spans, partition, records: [{ value: record }] });
      time.advance(1_000);
    }
    const owner = await kafka.claim({ topic: topics.spans, partition, group: 'p', transactionalId: 't' });
    const low = { offset: 0, clock: { streamMs: 0, appendMs: 0 } };
    await owner.commit([], [{ group: 'p', ...encodePosition({ low, publishFrom: 2 }) }]);
    const output = recordedOutput();
    await explain({ kafka, admin, topics }, traceId, options, { group: 'p', rules: RULES }, output);
    return output.written.join('\n');
  }

  test("replays the trace's partition from Kafka, and says what is committed", async () => {
    const text = await run({});
    expect(text).toContain('fragment 0 left with 1 span: settled');
    expect(text).toContain('before 2 (P): all of the above is published');
  });

  test('says where it began, when not with everything', async () => {
    expect(await run({ sinceMs: START_MS + 500 })).toContain('what came before offset 1 was not read');
  });

  test('prints JSON with ids in hex', async () => {
    const story = JSON.parse(await run({ json: true })) as Record<string, unknown>;
    expect(story).toMatchObject({
      traceId: TRACE,
      committed: { group: 'p', low: 0, publishFrom: 2 },
      events: [
        { what: 'record', offset: 0, spans: 1, repeats: 0 },
        { what: 'fragment', reason: 'settled' },
      ],
      owed: { spans: [{ service: 'shop', exemplars: [{ traceId: TRACE, spanId: '0000000000000001' }] }] },
      open: { default: { unsent: 0 } },
    });
  });

  test('refuses what is no trace id', async () => {
    await expect(run({}, 'xyz')).rejects.toThrow('xyz is no trace id');
  });
});
