import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitSegments, wrapSegments } from '../../../services/cli/segments.ts';
import { fit, padEnd, padStart, printable, textWidth } from '../../../services/cli/text.ts';

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('日本語のサービス'));

describe('text for a terminal', () => {
  it('knows wide letters, and marks that take no column', () => {
    expect(['abc', '日本', 'e\u0301', '🙂', '', 'ﾊﾛ', '한글'].map(textWidth)).toEqual([3, 4, 1, 2, 0, 2, 4]);
  });

  it('cuts with an ellipsis, never through a wide letter', () => {
    expect(fit('checkout', 8)).toBe('checkout');
    expect(fit('checkout', 5)).toBe('chec…');
    expect(fit('日本語', 4)).toBe('日…');
    expect(fit('abc', 0)).toBe('');
  });

  it('never makes a text wider than asked, and fills to exactly that', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, width) => {
        const cut = fit(text, width);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        expect(textWidth(padEnd(cut, width))).toBe(width);
        expect(textWidth(padStart(cut, width))).toBe(width);
      }),
    );
  });

  it('leaves nothing that steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
    expect(printable('a\tb\n\u001b[31m\u202e')).toBe('a\\tb\\n\\u001b[31m\\u202e');
  });
});

describe('pieces of a line', () => {
  const red = (text: string) => `<${text}>`;

  it('are cut as one, with the paint of the piece that is cut', () => {
    const pieces = [{ text: 'abc' }, { text: 'defgh', paint: red }];
    expect(fitSegments(pieces, 10, '…')).toBe('abc<defgh>  ');
    expect(fitSegments(pieces, 6, '…')).toBe('abc<de…>');
    expect(fitSegments(pieces, 3, '…')).toBe('ab…');
  });

  it('fill exactly the width, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 5 }), fc.nat(30), (texts, width) => {
        const pieces = texts.map((text) => ({ text }));
        expect(textWidth(fitSegments(pieces, width, '…'))).toBe(width);
      }),
    );
  });

  it('wrap between pieces, never within one', () => {
    const pieces = ['one', 'two', 'a-long-piece', 'x'].map((text) => ({ text, paint: red }));
    expect(wrapSegments(pieces, { text: ' | ' }, 9)).toEqual(['<one> | <two>', '<a-long-piece>', '<x>']);
  });
});
