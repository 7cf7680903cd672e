import { describe, expect, it } from '@jest/globals';
import { zipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';
import { span, TRACE_ID } from '../../../support/foreign_fixture.ts';
import { TRACE_START_NS } from '../../../support/trace_fixture.ts';

const START_US = Number(TRACE_START_NS / 1000n);
const tags = (more: Parameters<typeof span>[4]) => zipkinSpan(span('1', '', 0, 1, more)).tags;

describe('zipkinSpan', () => {
  it('leaves out what there is not', () => {
    const bare = span('1', '', 0, 0, {
      name: '',
      kind: 'Unspecified',
      service: '',
      resourceAttributes: { 'service.name': '' },
    });
    expect(zipkinSpan(bare)).toEqual({ traceId: TRACE_ID, id: '0000000000000001', timestamp: START_US });
  });

  it('has the fields of Zipkin', () => {
    expect(zipkinSpan(span('2', '1', 0, 1.5, { name: 'get', kind: 'Client' }))).toEqual({
      traceId: TRACE_ID,
      parentId: '0000000000000001',
      id: '0000000000000002',
      kind: 'CLIENT',
      name: 'get',
      timestamp: START_US,
      duration: 1500,
      localEndpoint: { serviceName: 'shop' },
    });
  });

  it.each([
    ['Server', 'SERVER'],
    ['Producer', 'PRODUCER'],
    ['Consumer', 'CONSUMER'],
    ['Internal', undefined],
  ])('calls %s %s', (kind, zipkin) => {
    expect(zipkinSpan(span('1', '', 0, 1, { kind })).kind).toBe(zipkin);
  });

  it('writes ids of 64 bits with 16 digits', () => {
    expect(zipkinSpan(span('1', '', 0, 1, { traceId: '0'.repeat(16) + 'a'.repeat(16) })).traceId).toBe(
      'a'.repeat(16),
    );
  });

  it('counts whole microseconds, but at least one', () => {
    const durations = [0n, 1n, 999n, 1999n].map(
      (durationNs) => zipkinSpan({ ...span('1', '', 0, 0), durationNs }).duration,
    );
    expect(durations).toEqual([undefined, 1, 1, 1]);
  });

  it('makes tags of attributes, of the resource, the scope, the trace state and links', () => {
    expect(
      tags({
        resourceAttributes: { 'service.name': 'shop', region: 'eu', both: 'resource' },
        attributes: { both: 'span', n: '1' },
        scopeName: 'lib',
        scopeVersion: '2',
        traceState: 'a=b',
        links: [{ traceId: 'aa', spanId: 'bb', traceState: 'c=d', attributes: { n: '1', t: 'x' } }],
      }),
    ).toEqual({
      region: 'eu',
      both: 'span',
      n: '1',
      'otel.scope.name': 'lib',
      'otel.scope.version': '2',
      'w3c.tracestate': 'a=b',
      'otlp.link.0': 'aa|bb|c=d|{"n":1,"t":"x"}|0',
    });
  });

  it('tells an error by its description, and never of one that is false', () => {
    expect(tags({ status: 'Error', statusMessage: 'no card' })).toEqual({
      'otel.status_code': 'ERROR',
      error: 'no card',
    });
    expect(tags({ status: 'Error' })).toEqual({ 'otel.status_code': 'ERROR', error: '' });
    expect(tags({ status: 'Error', attributes: { error: '401' } })).toEqual({
      'otel.status_code': 'ERROR',
      error: '401',
    });
    expect(tags({ status: 'Ok', attributes: { error: 'false' } })).toEqual({ 'otel.status_code': 'OK' });
    expect(tags({ attributes: { error: 'false' } })).toBeUndefined();
  });

  it('leaves the error of a span from Zipkin as it came', () => {
    const error = (text: string, statusMessage: string) =>
      tags({ status: 'Error', statusMessage, attributes: { error: text } });
    expect(error('401', '401')).toEqual({ error: '401' });
    expect(error('', '')).toEqual({ error: '' });
    expect(error('true', '')).toEqual({ error: 'true' });
  });

  it('has what OTLP has no field for', () => {
    const attributes = {
      'zipkin.shared': 'true',
      'zipkin.debug': 'true',
      'otel.zipkin.absentField.startTime': 'true',
      'net.peer.ip': '1.2.3.4',
      'net.peer.ipv6': '::1',
    };
    expect(zipkinSpan(span('1', '', 0, 1, { name: 'work', attributes }))).toEqual({
      ...{ traceId: TRACE_ID, id: '0000000000000001', name: 'work', duration: 1000 },
      ...{ localEndpoint: { serviceName: 'shop' }, remoteEndpoint: { ipv4: '1.2.3.4', ipv6: '::1' } },
      ...{ shared: true, debug: true },
    });
  });

  it('makes annotations of events, with their attributes as JSON', () => {
    const events = [
      { timeNs: TRACE_START_NS + 1999n, name: 'cache miss', attributes: {} },
      { timeNs: TRACE_START_NS, name: 'my "event"', attributes: { key1: 'value1', n: '2' } },
    ];
    expect(zipkinSpan(span('1', '', 0, 1, { events })).annotations).toEqual([
      { timestamp: START_US + 1, value: 'cache miss' },
      { timestamp: START_US, value: '"my \\"event\\"": {"key1":"value1","n":2}' },
    ]);
  });
});

describe("zipkinSpan's endpoints", () => {
  const remote = (kind: string, attributes: Record<string, string>) =>
    zipkinSpan(span('1', '', 0, 1, { kind, attributes })).remoteEndpoint;

  it.each([
    [{ 'peer.service': 'pay', 'server.address': 'host' }, { serviceName: 'pay' }],
    [
      { 'server.address': 'host', 'server.port': '80', 'db.name': 'd' },
      { serviceName: 'host', port: 80 },
    ],
    [{ 'server.address': '10.0.0.1' }, { ipv4: '10.0.0.1' }],
    [
      { 'net.peer.name': 'host', 'net.peer.ip': '::1', 'net.peer.port': '81' },
      { serviceName: 'host', ipv6: '::1', port: 81 },
    ],
    [
      { 'network.peer.address': '10.0.0.2', 'network.peer.port': '82' },
      { ipv4: '10.0.0.2', port: 82 },
    ],
    [{ 'net.sock.peer.addr': '10.0.0.3' }, { ipv4: '10.0.0.3' }],
    [{ 'db.name': 'cards' }, { serviceName: 'cards' }],
    [{ 'network.peer.address': '/tmp/socket', 'network.peer.port': '99999' }, undefined],
    [{}, undefined],
  ])('knows whom a client called by %j', (attributes, endpoint) => {
    expect(remote('Client', attributes)).toEqual(endpoint);
  });

  it("does not take a server's own address for its client's", () => {
    expect(remote('Server', { 'server.address': 'me', 'client.address': '10.1.1.1' })).toEqual({
      ipv4: '10.1.1.1',
    });
  });

  it('has the service and the address of the host, and no tags of what it repeats', () => {
    const attributes = {
      'net.host.ip': '10.0.0.9',
      'net.host.port': '8080',
      'peer.service': 'a',
      'server.address': 'b',
    };
    const made = zipkinSpan(span('1', '', 0, 1, { kind: 'Client', attributes }));
    expect(made.localEndpoint).toEqual({ serviceName: 'shop', ipv4: '10.0.0.9', port: 8080 });
    expect(made.tags).toEqual({ 'server.address': 'b' });
  });

  it("has OpenTelemetry's word for a service that is not named", () => {
    expect(zipkinSpan(span('1', '', 0, 1, { resourceAttributes: {} })).localEndpoint).toEqual({
      serviceName: 'unknown_service',
    });
  });
});
