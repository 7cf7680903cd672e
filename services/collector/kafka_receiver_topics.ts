/** Which topics of others are read, and in what encoding: `otlp_spans:otlp_proto,zipkin:zipkin_json`. */
import type { Setting } from '../platform/config.ts';
import { ENCODINGS, type Encoding } from './kafka_receiver_formats.ts';

export interface SourceTopic {
  readonly topic: string;
  readonly encoding: Encoding;
}

/** What Kafka allows. */
const TOPIC_NAME = /^[A-Za-z0-9._-]{1,249}$/;

/** As text, checked; `parseSourceTopics` gives what it says. */
export function sourceTopics(setting: { readonly env: string; readonly meaning: string }): Setting<string> {
  return {
    ...setting,
    default: '',
    unit: '',
    parse: (text) => {
      parseSourceTopics(text);
      return text;
    },
  };
}

/** Throws an Error that says what would be right. */
export function parseSourceTopics(text: string): SourceTopic[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const topics = parts.map(parseSourceTopic);
  const twice = topics.find(({ topic }, at) => topics.findIndex((one) => one.topic === topic) < at);
  if (twice !== undefined) throw new Error(`must name ${twice.topic} once`);
  return topics;
}

function parseSourceTopic(part: string): SourceTopic {
  const [topic = '', name = '', ...rest] = part.split(':');
  const encoding = ENCODINGS.find((one) => one === name);
  if (rest.length > 0 || encoding === undefined || !TOPIC_NAME.test(topic)) {
    throw new Error(`must be topic:encoding, comma-separated, with an encoding of ${ENCODINGS.join(', ')}`);
  }
  return { topic, encoding };
}
