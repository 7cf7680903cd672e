import { describe, expect, it, test } from '@jest/globals';
import { zipkinV2JsonToOtlp } from '../../../../services/core/zipkin/v2_json.ts';
import { otlpSpans, type OtlpSpan } from '../../../support/otlp_spans.ts';

function spanOf(fields: object): OtlpSpan {
  const span = { traceId: '1', id: '1', timestamp: 1, localEndpoint: { serviceName: 'shop' }, ...fields };
  const [converted] = otlpSpans(zipkinV2JsonToOtlp(Buffer.from(JSON.stringify([span]))));
  if (converted === undefined) throw new Error('no span');
  return converted;
}
const tagged = (tags: object): OtlpSpan => spanOf({ tags });
const annotated = (value: string) => spanOf({ annotations: [{ timestamp: 5, value }] }).events[0];

describe('tags', () => {
  it('are attributes, text even where it looks like a number', () => {
    expect(tagged({ 'http.method': 'GET', code: '200', flag: 'true', empty: '' }).attributes).toEqual({
      'http.method': 'GET',
      code: '200',
      flag: 'true',
      empty: '',
    });
  });

  it('that are no text become text, and null is none', () => {
    expect(tagged({ n: 1.5, b: false, no: null }).attributes).toEqual({ n: '1.5', b: 'false' });
  });

  it('of the resource go to the resource', () => {
    const span = tagged({
      'service.name': 'shop',
      'telemetry.sdk.language': 'java',
      'host.name': 'h',
      own: '1',
    });
    expect(span.resource).toEqual({
      'service.name': 'shop',
      'telemetry.sdk.language': 'java',
      'host.name': 'h',
    });
    expect(span.attributes).toEqual({ own: '1' });
  });

  it('name the service where no endpoint does, and another one than the endpoint stays a tag', () => {
    expect(spanOf({ localEndpoint: null, tags: { 'service.name': 'cart' } })).toMatchObject({
      resource: { 'service.name': 'cart' },
      attributes: {},
    });
    expect(tagged({ 'service.name': 'cart' }).attributes).toEqual({ 'service.name': 'cart' });
  });

  it.each([
    [{ 'otel.scope.name': 'lib', 'otel.scope.version': '2' }, { name: 'lib', version: '2' }, {}],
    [{ 'otel.library.name': 'lib', 'otel.library.version': '2' }, { name: 'lib', version: '2' }, {}],
    [{ 'otel.library.name': 'lib', 'otel.scope.name': 'lib' }, { name: 'lib', version: '' }, {}],
    [
      { 'otel.library.name': 'old', 'otel.scope.name': 'lib' },
      { name: 'lib', version: '' },
      { 'otel.library.name': 'old' },
    ],
  ])('of the scope %j go to the scope', (tags, scope, attributes) => {
    expect(tagged(tags)).toMatchObject({ scope, attributes });
    expect(tagged(tags).attributes).toEqual(attributes);
  });

  it('w3c.tracestate is the trace state', () => {
    expect(tagged({ 'w3c.tracestate': 'a=1,b=2' })).toMatchObject({ traceState: 'a=1,b=2', attributes: {} });
  });
});

describe('a status', () => {
  const error = (message: string) => ({ code: 2, message });
  it.each<[string, object, object, object]>([
    ['none', {}, { code: 0, message: '' }, {}],
    ['of the specification', { 'otel.status_code': 'ERROR', error: 'refused' }, error('refused'), {}],
    ['without description', { 'otel.status_code': 'ERROR', error: '' }, error(''), {}],
    ['without tag', { 'otel.status_code': 'ERROR' }, error(''), {}],
    [
      'with the generic description',
      { 'otel.status_code': 'ERROR', 'otel.status_description': 'refused', error: 'true' },
      error('refused'),
      {},
    ],
    [
      'with two descriptions',
      { 'otel.status_code': 'Error', 'otel.status_description': 'refused', error: '401' },
      error('refused'),
      { error: '401' },
    ],
    ['of the Collector', { 'otel.status_code': 'STATUS_CODE_ERROR' }, error(''), {}],
    ['as a number', { 'otel.status_code': '1' }, { code: 1, message: '' }, {}],
    ['good', { 'otel.status_code': 'OK' }, { code: 1, message: '' }, {}],
    ['unset', { 'otel.status_code': 'UNSET', error: 'no' }, { code: 0, message: '' }, { error: 'no' }],
    ['unknown', { 'otel.status_code': 'FINE' }, { code: 0, message: '' }, { 'otel.status_code': 'FINE' }],
    ["Zipkin's", { error: 'refused' }, error('refused'), { error: 'refused' }],
    ["Zipkin's, empty", { error: '' }, error(''), { error: '' }],
    ["Zipkin's, a flag", { error: 'true' }, error(''), { error: 'true' }],
    ['that is none', { error: 'false' }, { code: 0, message: '' }, { error: 'false' }],
    [
      'described only',
      { 'otel.status_description': 'd' },
      { code: 0, message: '' },
      { 'otel.status_description': 'd' },
    ],
  ])('%s', (_name, tags, status, attributes) => {
    const span = tagged(tags);
    expect(span.status).toEqual(status);
    expect(span.attributes).toEqual(attributes);
  });
});

describe('a link', () => {
  const TRACE = 'ab'.repeat(16);
  const SPAN = 'cd'.repeat(8);

  it('comes from its tag, and links in the order of their numbers', () => {
    const span = tagged({
      'otlp.link.10': `${TRACE}|${SPAN}||{}|0`,
      'otlp.link.2': `${TRACE}|${SPAN}|v=a|b|{"n":1,"s":"x|y}|z"}|3`,
    });
    expect(span.links).toEqual([
      { traceId: TRACE, spanId: SPAN, traceState: 'v=a|b', attributes: { n: 1n, s: 'x|y}|z' }, dropped: 3 },
      { traceId: TRACE, spanId: SPAN, traceState: '', attributes: {}, dropped: 0 },
    ]);
    expect(span.attributes).toEqual({});
  });

  it.each([
    ['otlp.link.0', 'text'],
    ['otlp.link.0', `${TRACE}|${SPAN}`],
    ['otlp.link.0', `${TRACE}|${SPAN}||{|0`],
    ['otlp.link.0', `${TRACE}|${SPAN}||{"n":12345678901234567890}|0`],
    ['otlp.link.0', `${TRACE}|${SPAN}||{}|99999999999`],
    ['otlp.link.0', `xx|${SPAN}||{}|0`],
    ['otlp.link.x', `${TRACE}|${SPAN}||{}|0`],
  ])('that is none stays a tag: %s %s', (key, value) => {
    expect(tagged({ [key]: value })).toMatchObject({ links: [], attributes: { [key]: value } });
  });
});

describe('an annotation', () => {
  it('is an event', () => {
    expect(annotated('ws')).toEqual({ timeNs: 5_000n, name: 'ws', attributes: {}, dropped: 0 });
  });

  const attributes = { s: 'a', n: 2n, d: 2.5, b: true, list: '[1,"x"]' };
  const json = '{"s":"a","n":2,"d":2.5,"b":true,"list":[1,"x"]}';
  it.each([
    ['the specification', `"the \\"name\\"": ${json}`, 'the "name"', 0],
    ["Java's exporter", `"name":${json}`, 'name', 0],
    ["Python's exporter", `{"name": ${json}}`, 'name', 0],
    ['the Collector', `name|${json}|4`, 'name', 4],
  ])('has attributes as %s writes them', (_who, value, name, dropped) => {
    expect(annotated(value)).toEqual({ timeNs: 5_000n, name, attributes, dropped });
  });

  it.each([
    ['"name"'],
    ['"name": 5'],
    ['"name": {"a":1'],
    ['"name: {"a":1}'],
    ['"name": {"id":12345678901234567}'],
    ['"bad \\x": {"a":1}'],
    ['{"a":1}'],
    ['{"a":{},"b":{}}'],
    ['{}'],
    ['[1]'],
    ['name|{"a":1}'],
    ['name|{"a":1}|x'],
    ['|{|}|0'],
    [`"deep": {"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('that only looks like it is a name: %.40s', (value) => {
    expect(annotated(value)).toEqual({ timeNs: 5_000n, name: value, attributes: {}, dropped: 0 });
  });
});

test('a hundred thousand tags and braces take linear time', () => {
  const tags = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`otlp.link.${i}`, '|{'.repeat(50)]),
  );
  const value = `name${'|{'.repeat(200_000)}`;
  expect(Object.keys(spanOf({ tags, annotations: [{ timestamp: 1, value }] }).attributes)).toHaveLength(
    20_000,
  );
});
