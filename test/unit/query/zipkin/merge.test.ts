import { describe, expect, it } from '@jest/globals';
import { mergeSpans } from '../../../../services/query/zipkin/merge.ts';
import type { ZipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';

const TRACE = { traceId: 'a'.repeat(16) };
const client: ZipkinSpan = {
  ...TRACE,
  id: '1',
  parentId: '0',
  kind: 'CLIENT',
  localEndpoint: { serviceName: 'web' },
};
const server: ZipkinSpan = { ...TRACE, id: '1', kind: 'SERVER', localEndpoint: { serviceName: 'api' } };

describe('mergeSpans', () => {
  it("marks the server's end of a shared id, after the client's, and gives it the parent that it lacks", () => {
    expect(mergeSpans([server, client])).toEqual([client, { ...server, parentId: '0', shared: true }]);
    const parented = { ...server, parentId: 'p' };
    expect(mergeSpans([parented, client])[1]).toEqual({ ...parented, shared: true });
  });

  it('leaves spans with ids of their own as they are, in order of the ids', () => {
    const other: ZipkinSpan = { ...TRACE, id: '0', kind: 'SERVER' };
    expect(mergeSpans([client, other])).toEqual([other, client]);
  });

  it('makes one span of pieces of one: times, tags, annotations, endpoints', () => {
    const begun: ZipkinSpan = {
      ...client,
      timestamp: 100,
      tags: { a: '1' },
      annotations: [{ timestamp: 105, value: 'x' }],
    };
    const ended: ZipkinSpan = {
      ...TRACE,
      ...{ id: '1', timestamp: 110, duration: 40, name: 'get', tags: { b: '2' } },
      localEndpoint: { serviceName: 'web', port: 80 },
      remoteEndpoint: { ipv4: '10.0.0.1' },
      annotations: [
        { timestamp: 101, value: 'y' },
        { timestamp: 105, value: 'x' },
      ],
    };
    expect(mergeSpans([ended, begun])).toEqual([
      {
        ...{ ...TRACE, id: '1', parentId: '0', kind: 'CLIENT', name: 'get', timestamp: 100, duration: 50 },
        localEndpoint: { serviceName: 'web', port: 80 },
        remoteEndpoint: { ipv4: '10.0.0.1' },
        tags: { a: '1', b: '2' },
        annotations: [
          { timestamp: 101, value: 'y' },
          { timestamp: 105, value: 'x' },
        ],
      },
    ]);
  });

  it('keeps apart what came from two hosts, or as two kinds', () => {
    const elsewhere = { ...client, localEndpoint: { serviceName: 'web2' } };
    expect(mergeSpans([client, elsewhere])).toHaveLength(2);
    expect(mergeSpans([client, { ...client, kind: 'PRODUCER' }])).toHaveLength(2);
  });

  it('invents no times', () => {
    const piece: ZipkinSpan = { ...TRACE, id: '1' };
    expect(mergeSpans([piece, piece])).toEqual([piece]);
    expect(mergeSpans([piece, { ...piece, duration: 5 }])).toEqual([{ ...piece, duration: 5 }]);
    expect(mergeSpans([piece, { ...piece, timestamp: 5 }])).toEqual([{ ...piece, timestamp: 5 }]);
  });
});
