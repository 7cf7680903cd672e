import { describe, expect, it } from '@jest/globals';
import { describeTerminal } from '../../../services/platform/terminal.ts';

const TERMINAL = { isTTY: true, columns: 132 };

describe('describeTerminal', () => {
  it('knows a terminal by its width and colours', () => {
    expect(describeTerminal(TERMINAL, { LANG: 'de_DE.UTF-8' })).toEqual({
      isTerminal: true,
      width: 132,
      color: true,
      unicode: true,
    });
  });

  it('takes 100 columns without colours for a file, a pipe, or a terminal that does not know its width', () => {
    expect(describeTerminal({ columns: 132 }, {})).toMatchObject({
      isTerminal: false,
      width: 100,
      color: false,
    });
    expect(describeTerminal({ isTTY: true, columns: 0 }, {})).toMatchObject({ width: 100 });
  });

  it('draws no colours where they are not wanted or not possible', () => {
    expect(describeTerminal(TERMINAL, { NO_COLOR: '1' }).color).toBe(false);
    expect(describeTerminal(TERMINAL, { NO_COLOR: '' }).color).toBe(true);
    expect(describeTerminal(TERMINAL, { TERM: 'dumb' }).color).toBe(false);
  });

  it.each([
    [{}, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_US.utf8' }, true],
    [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
  ])('decides by the first locale that is set: %j', (env, unicode) => {
    expect(describeTerminal(TERMINAL, env).unicode).toBe(unicode);
  });
});
