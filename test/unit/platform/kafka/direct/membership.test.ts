import { afterEach, describe, expect, test } from '@jest/globals';
import {
  BrokerError,
  ConnectionLostError,
} from '../../../../../services/platform/kafka/direct/broker_error.ts';
import type { Request } from '../../../../../services/platform/kafka/direct/broker_connection.ts';
import type { Cluster } from '../../../../../services/platform/kafka/direct/cluster.ts';
import { Membership } from '../../../../../services/platform/kafka/direct/membership.ts';
import { quietLog } from '../../../../support/quiet_log.ts';

const HEARTBEAT = 68;
const DESCRIBE = 69;
const TOPIC_ID = '00000000-0000-0000-0000-000000000001';

interface Beat {
  readonly memberId: string;
  readonly epoch: number;
}
type Answer = { readonly epoch: number; readonly partitions?: readonly number[] } | Error;

/** A group that answers each heartbeat as told, and the last of it again and again. */
class FakeGroup {
  readonly beats: Beat[] = [];
  /** Whether each heartbeat named what the member subscribes. */
  readonly saidAll: boolean[] = [];
  onJoin: (beat: Beat) => void = () => undefined;
  predecessor: string | null = null;
  maxVersion: number | undefined = 1;
  private readonly answers: Answer[];
  private readonly waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  asCluster(): Cluster {
    return {
      whatBrokersDo: () => Promise.resolve({ maxVersion: () => this.maxVersion, transactionVersion: 2 }),
      askCoordinator: (_type: string, _key: string, _lane: string, request: Request<unknown>) =>
        this.answer(request),
    } as unknown as Cluster;
  }

  /** Once so many heartbeats have come. */
  heard(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ count, resolve });
      this.look();
    });
  }

  private answer(request: Request<unknown>): Promise<unknown> {
    if (request.apiKey === DESCRIBE) {
      const members = this.predecessor === null ? [] : [{ instanceId: 'a:1', memberId: this.predecessor }];
      return Promise.resolve({ groups: [{ members }] });
    }
    expect(request.apiKey).toBe(HEARTBEAT);
    const beat = beatOf(request);
    this.beats.push(beat);
    this.saidAll.push(request.createBody().buffer.includes('sub-topic'));
    if (beat.epoch === 0) this.onJoin(beat);
    this.look();
    if (beat.epoch < 0) return Promise.resolve({ memberEpoch: beat.epoch, heartbeatIntervalMs: 10 });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer === undefined || answer instanceof Error) return Promise.reject(answer ?? new Error('none'));
    const { epoch, partitions } = answer;
    const assignment = partitions && { topicPartitions: [{ topicId: TOPIC_ID, partitions }] };
    return Promise.resolve({
      memberEpoch: epoch,
      heartbeatIntervalMs: 10,
      assignment: assignment ?? null,
    });
  }

  private look(): void {
    for (const { count, resolve } of this.waiting) if (this.beats.length >= count) resolve();
  }
}

/** group, member id (compact strings), epoch. */
function beatOf(request: Request<unknown>): Beat {
  const body = request.createBody().buffer;
  const start = body.readUInt8(0);
  const end = start + body.readUInt8(start);
  return { memberId: body.toString('utf8', start + 1, end), epoch: body.readInt32BE(end) };
}

describe('a membership', () => {
  let membership: Membership | null = null;
  afterEach(() => membership?.leave());

  function member(group: FakeGroup, memberName: string | null = 'a:1') {
    const events: string[] = [];
    const failure = Promise.withResolvers<Error>();
    const warnings: string[] = [];
    const log = { ...quietLog, warn: (_: object, message: string) => void warnings.push(message) };
    const release = Promise.withResolvers<undefined>();
    let ids = 0;
    membership = new Membership({
      cluster: group.asCluster(),
      group: 'g',
      topic: 'sub-topic',
      memberName,
      randomId: () => `id-${(ids += 1)}`,
      log,
      onAssigned: (partitions) => events.push(`+${partitions.join()}`),
      onLost: (partitions) => events.push(`-${partitions.join()}`),
      released: () => release.promise,
      onFailure: failure.resolve,
    });
    return { join: () => membership?.join(), events, failure, warnings, release };
  }

  test('takes the place of its predecessor: says that it is away, then joins', async () => {
    const group = new FakeGroup({ epoch: 5, partitions: [0, 1] });
    group.predecessor = 'dead';
    const { join, events } = member(group);
    await join();
    expect(group.beats.slice(0, 2)).toEqual([
      { memberId: 'dead', epoch: -2 },
      { memberId: 'id-1', epoch: 0 },
    ]);
    expect(events).toEqual(['+0,1']);
  });

  test('without a name nobody is looked for', async () => {
    const group = new FakeGroup({ epoch: 1, partitions: [] });
    group.predecessor = 'dead';
    await member(group, null).join();
    expect(group.beats).toEqual([{ memberId: 'id-1', epoch: 0 }]);
  });

  test('hears of partitions that go and come, and not of those that stay', async () => {
    const group = new FakeGroup(
      { epoch: 1, partitions: [0, 1, 2] },
      { epoch: 1, partitions: [1, 2] },
      { epoch: 2, partitions: [1, 2, 3] },
      { epoch: 2 },
    );
    const { join, events, release } = member(group);
    await join();
    release.resolve(undefined);
    await group.heard(4);
    expect(events).toEqual(['+0,1,2', '-0', '+3']);
  });

  test('joins anew when its session has ended', async () => {
    const group = new FakeGroup(
      { epoch: 3, partitions: [0] },
      new BrokerError(25),
      { epoch: 4, partitions: [0] },
      { epoch: 4 },
    );
    const { join, events } = member(group);
    await join();
    await group.heard(4);
    expect(events).toEqual(['+0', '-0', '+0']);
    expect(group.beats.slice(0, 4).map(({ epoch }) => epoch)).toEqual([0, 3, 0, 4]);
  });

  test('leaves its name to a later process and goes on without one', async () => {
    const group = new FakeGroup(
      { epoch: 3, partitions: [0] },
      new BrokerError(82),
      { epoch: 4, partitions: [1] },
      { epoch: 4 },
    );
    const { join, events, warnings } = member(group);
    await join();
    await group.heard(4);
    expect(events).toEqual(['+0', '-0', '+1']);
    expect(group.beats.slice(0, 4).map(({ memberId }) => memberId)).toEqual(['id-1', 'id-1', 'id-2', 'id-2']);
    expect(warnings.join()).toContain('another process has the name of this member');
  });

  test('that the group and a later process pushed out together leaves the later one alone', async () => {
    const group = new FakeGroup(
      { epoch: 3, partitions: [0] },
      new BrokerError(110),
      { epoch: 4, partitions: [1] },
      { epoch: 4 },
    );
    const { join, events } = member(group);
    await join();
    group.predecessor = 'later';
    await group.heard(4);
    expect(events).toEqual(['+0', '-0', '+1']);
    expect(group.beats.slice(0, 4)).toEqual([
      { memberId: 'id-1', epoch: 0 },
      { memberId: 'id-1', epoch: 3 },
      { memberId: 'id-2', epoch: 0 },
      { memberId: 'id-2', epoch: 4 },
    ]);
  });

  test('says everything anew after an answer that was lost, and only then', async () => {
    const group = new FakeGroup(
      { epoch: 1, partitions: [] },
      new ConnectionLostError('cut'),
      { epoch: 2, partitions: [0] },
      { epoch: 2 },
    );
    await member(group).join();
    await group.heard(4);
    expect(group.saidAll.slice(0, 4)).toEqual([true, false, true, false]);
  });

  test('whose join was answered into the void clears its own place first', async () => {
    const group = new FakeGroup(new ConnectionLostError('cut'), { epoch: 2, partitions: [0] });
    const { join, warnings } = member(group);
    group.onJoin = ({ memberId }) => (group.predecessor = memberId);
    await join();
    expect(group.beats.slice(0, 3)).toEqual([
      { memberId: 'id-1', epoch: 0 },
      { memberId: 'id-1', epoch: -2 },
      { memberId: 'id-1', epoch: 0 },
    ]);
    expect(warnings.join()).not.toContain('another process');
  });

  test('says what to do where the brokers are too old', async () => {
    const group = new FakeGroup({ epoch: 1 });
    group.maxVersion = undefined;
    await expect(member(group).join()).rejects.toThrow('set SPANMILL_KAFKA_CLIENT=kafkajs');
  });

  test('a bug is a failure, not something to try again', async () => {
    const bug = new TypeError('a bug');
    const group = new FakeGroup({ epoch: 1, partitions: [] }, bug);
    const { join, failure } = member(group);
    await join();
    expect((await failure.promise).cause).toBe(bug);
  });
});
