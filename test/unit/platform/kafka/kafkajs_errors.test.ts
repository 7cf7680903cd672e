import { describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  commitError,
  isCoordinatorBusy,
  isTransient,
  requestError,
} from '../../../../services/platform/kafka/kafkajs_errors.ts';
import {
  FencedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
} from '../../../../services/platform/kafka/port.ts';

function protocolError(type: string, code = 0, retriable = false): Error {
  const error = Object.assign(new Error(type), { type, code, retriable });
  return new kafkajs.KafkaJSProtocolError(error);
}

/** As kafkajs wraps what it gave up on. */
function wrapped(error: Error): Error {
  return new Error('retries exceeded', { cause: new Error('non-retriable', { cause: error }) });
}

describe('errors of a commit', () => {
  test.each(['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING'])('%s means another owner', (type) => {
    expect(commitError(protocolError(type), 'p')).toBeInstanceOf(FencedError);
    expect(commitError(wrapped(protocolError(type)), 'p')).toBeInstanceOf(FencedError);
  });

  test('code 90, which kafkajs has no name for, means another owner', () => {
    expect(commitError(protocolError('KAFKAJS_UNKNOWN_ERROR_CODE', 90), 'p')).toBeInstanceOf(FencedError);
  });

  test('anything else leaves the outcome unknown, with its cause', () => {
    const cause = new kafkajs.KafkaJSConnectionError('gone');
    const error = commitError(cause, 'p');
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.cause).toBe(cause);
  });
});

describe('errors of a request', () => {
  test.each(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])('%s is of no use to try again', (type) => {
    expect(requestError(wrapped(protocolError(type, 10)), 'append')).toBeInstanceOf(RecordTooLargeError);
  });

  test('anything else is Kafka being away', () => {
    expect(requestError(new Error('timeout'), 'append')).toBeInstanceOf(KafkaUnavailableError);
  });
});

describe('what is worth another try', () => {
  test('a coordinator that moves or loads, also where kafkajs wraps it', () => {
    for (const type of ['CONCURRENT_TRANSACTIONS', 'GROUP_LOAD_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP']) {
      expect(isCoordinatorBusy(wrapped(protocolError(type)))).toBe(true);
    }
    expect(isCoordinatorBusy(protocolError('GROUP_AUTHORIZATION_FAILED'))).toBe(false);
  });

  test('a coordinator that cannot be found, which kafkajs calls final', () => {
    const notFound = Object.assign(new Error('nowhere'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
      retriable: false,
    });
    expect(isTransient(notFound)).toBe(true);
    expect(isTransient(protocolError('TOPIC_AUTHORIZATION_FAILED', 29))).toBe(false);
  });
});
