/** A Kafka that goes away and comes back as a test says, and counts what it is asked. */
import {
  KafkaUnavailableError,
  type Admin,
  type ClaimOptions,
  type Input,
  type InputListener,
  type InputOptions,
  type Kafka,
  type Ownership,
  type Producer,
} from '../../services/platform/kafka/port.ts';

export class BreakableKafka implements Kafka {
  isAway = false;
  /** Nobody is told how many partitions there are. */
  isTopicAway = false;
  /** Nobody gets an ownership. */
  isClaimAway = false;
  /** So many of the next inputs fail. */
  failingInputs = 0;
  /** What the topic is said to have. */
  partitions: number;
  appends = 0;
  inputs = 0;
  private readonly kafka: Kafka;

  constructor(kafka: Kafka, partitions: number) {
    this.kafka = kafka;
    this.partitions = partitions;
  }

  input(options: InputOptions, listener: InputListener): Promise<Input> {
    this.inputs += 1;
    if (this.inputs <= this.failingInputs) return Promise.reject(new Error('cannot join'));
    return this.kafka.input(options, listener);
  }

  claim(options: ClaimOptions): Promise<Ownership> {
    return this.isAway || this.isClaimAway ? away() : this.kafka.claim(options);
  }

  async admin(): Promise<Admin> {
    const admin = await this.kafka.admin();
    const partitionCount = (): Promise<number> =>
      this.isAway || this.isTopicAway ? away() : Promise.resolve(this.partitions);
    return { ...admin, partitionCount };
  }

  async producer(): Promise<Producer> {
    const producer = await this.kafka.producer();
    return {
      append: (batch) => {
        this.appends += 1;
        return this.isAway ? away() : producer.append(batch);
      },
      stop: () => producer.stop(),
    };
  }
}

const away = (): Promise<never> => Promise.reject(new KafkaUnavailableError('away'));
