import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { textWidth } from '../../../services/cli/text.ts';
import { renderWaterfall, type WaterfallOptions } from '../../../services/cli/waterfall.ts';
import { traceAnswer, type StoredSpan, type StoredSummary } from '../../../services/query/trace_answer.ts';
import { storedSpan, TRACE_START_NS } from '../../support/trace_fixture.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const CHECKOUT: StoredSpan[] = [
  storedSpan('a', '', 0, 200, { service: 'web', name: 'POST /checkout', kind: 'Server' }),
  storedSpan('b', 'a', 10, 40, { service: 'web', name: 'GET /cart', kind: 'Client' }),
  storedSpan('c', 'b', 20, 20, { service: 'cart', name: 'GET /cart', kind: 'Server' }),
  storedSpan('d', 'a', 50, 100, {
    service: 'pay',
    name: 'charge',
    status: 'Error',
    statusMessage: 'card refused',
    attributes: { 'card.type': 'visa', 'db.statement': 'SELECT *\nFROM cards' },
    events: [
      {
        timeNs: TRACE_START_NS + 60_000_000n,
        name: 'exception',
        attributes: { 'exception.type': 'Refused' },
      },
    ],
  }),
  storedSpan('e', 'd', 60, 0.05, { service: 'pay', name: 'log' }),
  storedSpan('f', 'a', 150, 10, {
    service: 'web',
    name: 'orders',
    kind: 'Producer',
    links: [{ traceId: 'ff', spanId: 'ee', traceState: '', attributes: {} }],
  }),
];

function draw(
  spans: StoredSpan[],
  options: Partial<WaterfallOptions> = {},
  summary: Partial<StoredSummary> = {},
): string[] {
  const trace = traceAnswer(
    TRACE_ID,
    spans,
    { spans: spans.length, fragments: 1, criticalPath: [], ...summary },
    false,
  );
  return renderWaterfall(trace, { width: 78, color: false, unicode: true, attributes: false, ...options });
}

describe('renderWaterfall', () => {
  it('draws the tree, the bars in proportion, durations, errors, events, links and the critical path', () => {
    expect(
      draw(CHECKOUT, {}, { criticalPath: [{ service: 'pay', operation: 'charge', selfTimeNs: 100e6 }] }),
    ).toEqual([
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      'web POST /checkout',
      '200 ms · 3 services · 6 spans · 1 error · 2023-11-14 22:13:20.000000 UTC',
      '',
      '                       0                   100 ms        200 ms',
      'web ← POST /checkout ◆ ████████████████████████████████████████    200 ms',
      '├╴web → GET /cart    ◆   ████████                                   40 ms',
      '│ └╴cart ← GET /cart ◆     ████                                     20 ms',
      '├╴pay · charge       ◆           ████████████████████              100 ms ✗ •1',
      '│ └╴pay · log        ◆             ▏                                50 µs',
      '└╴web ⇢ orders       ◆                               ██             10 ms ⇄1',
      '',
      'where the time went',
      '     100 ms 100 %  pay charge',
      '',
      '→ calls   ← is called   ⇢ sends a message   ◆ critical path   ✗ error',
      '• events   ⇄ links',
    ]);
  });

  it('draws with ASCII alone where the terminal has no more', () => {
    const lines = draw(CHECKOUT, { unicode: false });
    expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(lines.slice(5, 11)).toEqual([
      'web < POST /checkout * ========================================    200 ms',
      '|-web > GET /cart    *   ========                                   40 ms',
      '| `-cart < GET /cart *     ====                                     20 ms',
      '|-pay | charge       *           ====================              100 ms ! e1',
      '| `-pay | log        *             =                                50 us',
      '`-web } orders       *                               ==             10 ms l1',
    ]);
  });

  it('writes attributes, status messages, events and links below their spans, and each resource once', () => {
    const orphans = [
      storedSpan('d', 'zz', 50, 100, {
        service: 'pay',
        name: 'charge',
        statusMessage: 'card refused',
        attributes: { 'card.type': 'visa', 'db.statement': 'SELECT *\nFROM cards' },
        events: [
          {
            timeNs: TRACE_START_NS + 60_000_000n,
            name: 'exception',
            attributes: { 'exception.type': 'Refused' },
          },
        ],
      }),
      storedSpan('e', 'd', 60, 0.05, {
        service: 'pay',
        name: 'log',
        links: [{ traceId: 'ff', spanId: 'ee', traceState: '', attributes: { why: 'retry' } }],
      }),
    ];
    expect(draw(orphans, { width: 60, attributes: true })).toEqual([
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      'its root is missing',
      '100 ms · 1 service · 2 spans · 0 errors',
      '2023-11-14 22:13:20.050000 UTC',
      '',
      '                 0              50 ms    100 ms',
      '┄ pay · charge ◆ ██████████████████████████████    100 ms •1',
      '  │   status message = card refused',
      '  │   card.type = visa',
      '  │   db.statement = SELECT *',
      '  │       FROM cards',
      '  │   • exception +10 ms',
      '  │       exception.type = Refused',
      '  └╴pay · log  ◆    ▏                               50 µs ⇄1',
      '        ⇄ trace ff span ee',
      '            why = retry',
      '',
      'resource of pay',
      '    service.name = pay',
      '',
      '✗ no span of the trace is without a parent: its beginning is missing',
      '✗ 1 span has a parent that is not in the trace: it was never sent, or has not arrived yet',
      '',
      '◆ critical path   ┄ its parent is missing   • events',
      '⇄ links',
    ]);
  });

  it('sums up the critical path by its five longest steps', () => {
    const steps = [50, 25, 10, 5, 5, 5].map((ms, i) => ({
      service: 's',
      operation: `o${i}`,
      selfTimeNs: ms * 1e6,
    }));
    const lines = draw(CHECKOUT, {}, { criticalPath: steps });
    const at = lines.indexOf('where the time went');
    expect(lines.slice(at + 1, at + 7)).toEqual([
      '      50 ms  50 %  s o0',
      '      25 ms  25 %  s o1',
      '      10 ms  10 %  s o2',
      '       5 ms   5 %  s o3',
      '       5 ms   5 %  s o4',
      '',
    ]);
  });

  it('colours services, errors and marks in a terminal, without moving a column', () => {
    const plain = draw(CHECKOUT, { color: false });
    const colored = draw(CHECKOUT, { color: true });
    expect(colored.join('\n')).toContain('\u001b[31m');
    expect(colored.map((line) => stripVTControlCharacters(line))).toEqual(plain);
  });

  it('shows control characters of foreign names as escapes', () => {
    const evil = [
      storedSpan('a', '', 0, 1, { service: 'a\u001b[2Jb', name: 'x\ny', attributes: { k: '\u0007' } }),
    ];
    const text = draw(evil, { attributes: true, width: 120 }).join('\n');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text).toContain('a\\u001b[2Jb · x\\ny');
    expect(text).toContain('k = \\u0007');
  });

  it('draws a chain of 10,000 spans in short lines that say the depth', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      storedSpan(`s${i}`, i === 0 ? '' : `s${i - 1}`, i, 10_000 - i),
    );
    const rows = draw(chain, { width: 100 }).slice(5, 10_005);
    expect(rows.at(-1)).toMatch(/^ {20}…9999 shop · work s9999 +◆ +[▏▕] +1 ms$/);
    for (const line of rows) expect(textWidth(line)).toBeLessThanOrEqual(100);
  });

  it.each([40, 60, 80, 100, 200])('never draws a line of a span wider than %d columns', (width) => {
    const long = CHECKOUT.map((span) => ({ ...span, name: `${span.name} ${'x'.repeat(80)}` }));
    for (const line of draw(long, { width })) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });
});
