/**
 * Text for a terminal: how wide it is, made to fit, and free of what would steer the terminal.
 *
 * Names and attributes come from anybody who may send a span, so control characters never reach the screen.
 */

/** Columns that the text takes. Wide are East Asian letters and emoji; combining marks take none. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width;
}

/** `text`, no wider than `width`; an ellipsis says that something is missing. */
export function fit(text: string, width: number, ellipsis = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const letter of text) {
    used += letterWidth(letter);
    if (used > room) break;
    kept += letter;
  }
  return kept + ellipsis;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/** Control characters become visible escapes, so that foreign text cannot move the cursor or break a line. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(CONTROLS, (letter) => ESCAPES.get(letter) ?? escape(letter));
}

const PLAIN = /^[\x20-\x7e]*$/;
/** Controls, and the marks that turn the direction of writing. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escape(letter: string): string {
  return `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function letterWidth(letter: string): number {
  if (WITHOUT_WIDTH.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian letters but for their half-width forms, emoji, and full-width punctuation. */
const WIDE =
  /^[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]--[\uff61-\uffdc]]$/v;
