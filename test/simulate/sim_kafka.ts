/** The fake Kafka as one process of the simulation reaches it: with delays, faults, and protections switched off on demand. */
import {
  KafkaUnavailableError,
  UnknownOutcomeError,
  type Admin,
  type ClaimOptions,
  type CommittedOffset,
  type Input,
  type InputListener,
  type InputOptions,
  type Kafka,
  type Ownership,
  type Producer,
} from '../../services/platform/kafka/port.ts';
import type { FakeKafka } from '../support/fake_kafka.ts';
import type { FaultPlan } from './faults.ts';
import type { Protection } from './protections.ts';
import { SimInput } from './sim_input.ts';
import type { SimProcess } from './sim_process.ts';
import type { SimTime } from './sim_time.ts';
import { count } from './tally.ts';

export interface SimKafkaOptions {
  readonly kafka: FakeKafka;
  readonly process: SimProcess;
  readonly time: SimTime;
  readonly faults: FaultPlan;
  readonly latency: () => number;
  /** The one that is missing. */
  readonly without: Protection | null;
  /** Any number that was not given before. */
  readonly unique: () => number;
}

export class SimKafka implements Kafka {
  private readonly options: SimKafkaOptions;
  private readonly inputs: SimInput[] = [];

  constructor(options: SimKafkaOptions) {
    this.options = options;
  }

  /** The groups miss the heartbeats of the process. */
  expire(): void {
    for (const input of this.inputs) input.expire();
  }

  input(options: InputOptions, listener: InputListener): Promise<Input> {
    const { kafka, process, latency } = this.options;
    const input = new SimInput(kafka, process, options, listener, latency);
    this.inputs.push(input);
    return process.call(async () => {
      if (!process.isGone) await input.join();
      return input;
    });
  }

  claim(options: ClaimOptions): Promise<Ownership> {
    const { kafka, process, faults, without, unique } = this.options;
    return process.call(
      async () => {
        this.throwIfAway(KafkaUnavailableError);
        const claimed = await kafka.claim(options);
        const transactionalId = `${options.transactionalId}-${unique()}`;
        const ownership =
          without === 'fencing' ? await kafka.claim({ ...options, transactionalId }) : claimed;
        const committed = this.committedAs(this.readCommitted(options, ownership));
        const commit = this.commitOf(ownership, options.transactionalId);
        return { committed, commit, release: () => Promise.resolve() };
      },
      faults.take('claim', () => new KafkaUnavailableError('no answer to the claim')),
    );
  }

  producer(): Promise<Producer> {
    const { kafka, process, faults, without } = this.options;
    return process.call(async () => {
      const producer = await kafka.producer();
      return {
        append: (batch) => {
          const sent = process.call(
            async () => {
              this.throwIfAway(KafkaUnavailableError);
              // What the leader alone has acknowledged is lost with it.
              if (without === 'acks=all' && faults.leadersDieInMs() !== null) return { offset: 0 };
              await this.followed(KafkaUnavailableError);
              return await producer.append(batch);
            },
            faults.take('append', () => new KafkaUnavailableError('no answer to the append')),
          );
          return without === 'acknowledgement' ? sent.catch(() => ({ offset: 0 })) : sent;
        },
        stop: () => producer.stop(),
      };
    });
  }

  admin(): Promise<Admin> {
    const { kafka, process } = this.options;
    return process.call(async () => {
      const admin = await kafka.admin();
      return {
        ...admin,
        watermarks: (topic) => process.ask(() => admin.watermarks(topic)),
        partitionCount: (topic) => process.call(() => admin.partitionCount(topic)),
      };
    });
  }

  private commitOf(ownership: Ownership, transactionalId: string): Ownership['commit'] {
    const { kafka, process, time, faults, without } = this.options;
    return (outputs, offsets) =>
      process.call(
        async () => {
          this.throwIfAway(UnknownOutcomeError);
          await this.followed(UnknownOutcomeError);
          // Half of a commit: what a process leaves that goes amid one.
          const isHalfway = faults.isHalfway() || (process.isGone && faults.toss());
          // Whoever shuts nobody out could not end what another left open: that would hide what is to be seen.
          if (!isHalfway || without === 'fencing') {
            await ownership.commit(outputs, offsets);
            return;
          }
          count(faults.tally, 'commit halfway');
          kafka.failNextCommit('during');
          try {
            await ownership.commit(outputs, offsets);
          } finally {
            kafka.clearFaults();
            const { afterMs, state } = faults.endOfOpen();
            const end = kafka.endOfOpen(transactionalId);
            time.after(afterMs, () => {
              if (end(state)) count(faults.tally, `open transaction ${state}`);
            });
          }
        },
        faults.take('commit', () => new UnknownOutcomeError('no answer to the commit')),
      );
  }

  private readCommitted({ group, topic, partition }: ClaimOptions, owned: Ownership): CommittedOffset | null {
    const { kafka, faults, without } = this.options;
    if (without !== 'stable offsets' || !faults.isKafkaRecovering()) return owned.committed;
    return kafka.earlierCommitted(group, topic, partition);
  }

  private committedAs(committed: CommittedOffset | null): CommittedOffset | null {
    const { without } = this.options;
    if (committed?.metadata.startsWith('{') !== true) return committed;
    const metadata = JSON.parse(committed.metadata) as Record<string, unknown>;
    if (without === 'intent' && 'intent' in metadata) return { ...committed, metadata: '' };
    if (without === 'suppression' && 'p' in metadata) {
      return { ...committed, metadata: JSON.stringify({ ...metadata, p: committed.offset }) };
    }
    return committed;
  }

  /** Resolves where replicas follow the leaders; otherwise rejects when those die, with what they took. */
  private async followed(Unreached: new (message: string) => Error): Promise<void> {
    const { faults, time } = this.options;
    const ms = faults.leadersDieInMs();
    if (ms === null) return;
    count(faults.tally, 'write lost with its leader');
    await time.sleep(ms);
    throw new Unreached('the leader died');
  }

  private throwIfAway(Unreached: new (message: string) => Error): void {
    if (this.options.faults.isKafkaAway()) throw new Unreached('away');
  }
}
