/**
 * Sends dead letters back to the topics they came from, each once.
 *
 * A letter goes in one Kafka transaction with its marker, so that whoever sees the marker knows that the letter was sent, and the
 * other way round. One sends at a time: claiming shuts out another, and what is marked is read only after the claim.
 */
import { UNREADABLE_BATCH, type TopicNames } from '../../core/contracts.ts';
import { TRACE_ID_BYTES } from '../../core/otlp/fields.ts';
import { partitionOf } from '../../core/otlp/partition.ts';
import { SpanIndex } from '../../core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../core/otlp/span_view.ts';
import type {
  IncomingRecord,
  Kafka,
  OutgoingRecord,
  Ownership,
  RecordHeaders,
} from '../../platform/kafka/port.ts';
import { Mutex } from '../../platform/mutex.ts';
import { isBareSpans } from './content.ts';
import { originalHeaders, REPLAYED_HEADER, type Letter, type Source } from './letter.ts';
import { readLetters, type LetterBox } from './letter_box.ts';

/** Of one transaction. */
const MAX_LETTERS = 200;
const MAX_BYTES = 4 * 1024 * 1024;
const GROUP_SUFFIX = 'replay';

export interface Destination {
  readonly topic: string;
  readonly partition: number;
}

/** Where a letter goes, or in words why it cannot go anywhere. */
export type Route = { readonly to: Destination } | { readonly refused: string };

export interface RouteOptions {
  readonly topics: TopicNames;
  /** How many each topic has. */
  readonly partitions: Readonly<Record<Source, number>>;
  /** Also spans that the sink took out of a trace. */
  readonly asSpans: boolean;
}

export function routeLetter(
  letter: Letter,
  value: Buffer,
  headers: RecordHeaders,
  { topics, partitions, asSpans }: RouteOptions,
): Route {
  const { source, sourcePartition } = letter;
  if (letter.isTruncated) return { refused: 'only a part of it was kept' };
  if (letter.reason === UNREADABLE_BATCH) {
    return { refused: 'a whole batch that could not be read: its bytes are no record' };
  }
  if (source === null)
    return { refused: `it came from ${letter.sourceTopic || 'nowhere'}, no topic of this pipeline` };
  if (!(sourcePartition < partitions[source])) return { refused: 'its partition is not there' };
  const home = { topic: topics[source], partition: sourcePartition };
  const asNew = {
    topic: topics.spans,
    partition: tracePartition(value, partitions.spans) ?? sourcePartition % partitions.spans,
  };
  if (source === 'spans') return { to: asNew };
  if (!isBareSpans(source, value, headers)) return { to: home };
  if (!asSpans)
    return { refused: 'a span without its trace, counted already: --as-spans sends it as a new span' };
  return { to: asNew };
}

/** The partition of the first span's trace; null where no trace id can be read. */
function tracePartition(value: Buffer, partitions: number): number | null {
  try {
    const index = new SpanIndex();
    index.read(value);
    if (index.count === 0) return null;
    const view = new SpanView();
    readSpanView(view, value, index.start[0] ?? 0, index.end[0] ?? 0);
    if (view.traceIdEnd - view.traceIdStart !== TRACE_ID_BYTES) return null;
    return partitionOf(value, view.traceIdStart, partitions);
  } catch {
    // It is no TracesData: that is why it is a dead letter.
    return null;
  }
}

/** Keeps others from sending at the same time, and ends what an earlier one left open. */
export function claimReplay(kafka: Kafka, topics: TopicNames): Promise<Ownership> {
  const group = `${topics.deadLetters}.${GROUP_SUFFIX}`;
  return kafka.claim({ topic: topics.deadLetters, partition: 0, group, transactionalId: group });
}

export interface Replay {
  readonly box: LetterBox;
  readonly ownership: Ownership;
  /** Read after the claim; none of them is sent twice. */
  readonly letters: readonly Letter[];
  readonly asSpans: boolean;
  readonly onProgress: (sent: number) => void;
}

export interface ReplayOutcome {
  readonly sent: number;
  /** Ids by the reason why they stay. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
}

/** Throws FencedError, UnknownOutcomeError and RecordTooLargeError: what was sent until then is marked. */
export async function replayLetters(replay: Replay): Promise<ReplayOutcome> {
  const { box, letters, ownership } = replay;
  const wanted = new Map(letters.map((letter) => [letter.id, letter]));
  const route = { topics: box.topics, partitions: box.partitions, asSpans: replay.asSpans };
  const refused = new Map<string, string[]>();
  let sent = 0;
  const batch = new ReplayBatch(ownership);
  const flush = async (): Promise<void> => {
    sent += await batch.commit();
    replay.onProgress(sent);
  };
  const send = async (partition: number, records: readonly IncomingRecord[]): Promise<void> => {
    for (const record of records) {
      const letter = wanted.get(`${partition}:${record.offset}`);
      if (letter === undefined) continue;
      wanted.delete(letter.id);
      const { value, headers } = record;
      const to = routeLetter(letter, value, headers, route);
      if ('refused' in to) {
        refused.set(to.refused, [...(refused.get(to.refused) ?? []), letter.id]);
        continue;
      }
      if (batch.isFullWith(value.length)) await flush();
      batch.add(to.to, { value, headers: originalHeaders(headers) });
      batch.add({ topic: box.topics.deadLetters, partition }, markerOf(letter));
      batch.letters += 1;
    }
    // The bytes are a slice of what was fetched, and good until this returns.
    await flush();
  };
  // Partitions are read side by side, and an ownership makes one commit at a time.
  const turns = new Mutex();
  await readLetters(box, letters, (partition, records) => turns.run(() => send(partition, records)));
  return { sent, refused };
}

/** What one transaction sends, by destination. */
class ReplayBatch {
  letters = 0;
  private bytes = 0;
  private readonly ownership: Ownership;
  private readonly outputs = new Map<string, Destination & { readonly records: OutgoingRecord[] }>();

  constructor(ownership: Ownership) {
    this.ownership = ownership;
  }

  isFullWith(bytes: number): boolean {
    return this.letters >= MAX_LETTERS || (this.letters > 0 && this.bytes + bytes > MAX_BYTES);
  }

  add({ topic, partition }: Destination, record: OutgoingRecord): void {
    const key = `${topic}/${partition}`;
    const output = this.outputs.get(key) ?? { topic, partition, records: [] };
    this.outputs.set(key, output);
    output.records.push(record);
    this.bytes += record.value.length;
  }

  /** How many letters went. */
  async commit(): Promise<number> {
    const { letters } = this;
    if (letters === 0) return 0;
    const outputs = [...this.outputs.values()].map((output) => ({ ...output, compression: 'zstd' as const }));
    await this.ownership.commit(outputs, []);
    this.outputs.clear();
    this.letters = this.bytes = 0;
    return letters;
  }
}

function markerOf({ id }: Letter): OutgoingRecord {
  return { value: Buffer.alloc(0), headers: { [REPLAYED_HEADER]: id } };
}
