import { describe, expect, test } from '@jest/globals';
import { hider } from '../../../services/platform/log.ts';

describe('what hides secrets in log lines', () => {
  test('finds them as they are, as JSON writes them and as addresses hold them', () => {
    const hide = hider(['pass "word" \\ 1', 'other secret']);
    const line = JSON.stringify({ error: 'refused: pass "word" \\ 1', url: 'http://a/?key=other%20secret' });
    expect(JSON.parse(hide(line))).toEqual({
      error: 'refused: [secret]',
      url: 'http://a/?key=[secret]',
    });
    expect(hide('pass "word" \\ 1, other secret')).toBe('[secret], [secret]');
  });

  test('hides the whole of a secret that begins like another one', () => {
    expect(hider(['marker', 'marker-long'])('a marker-long b marker')).toBe('a [secret] b [secret]');
  });

  test('leaves lines without a secret, and words with a very short one, as they are', () => {
    const line = '{"level":30,"msg":"started"}\n';
    expect(hider([])(line)).toBe(line);
    expect(hider(['ar', 'secret'])(line)).toBe(line);
  });
});
