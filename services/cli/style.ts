/** Colours of a terminal, or none. Styled text keeps its width: measure before styling. */

export type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  /** A colour of the name's own: the same service looks the same in every trace. */
  readonly byName: (name: string, text: string) => string;
}

export function createStyle(color: boolean): Style {
  const code =
    (number: string): Paint =>
    (text) =>
      color && text !== '' ? `\u001b[${number}m${text}\u001b[0m` : text;
  return {
    bold: code('1'),
    dim: code('2'),
    red: code('31'),
    yellow: code('33'),
    byName: (name, text) => code(NAME_COLORS[hash(name) % NAME_COLORS.length] ?? '36')(text),
  };
}

/** Readable on dark and light ground; red and yellow mean trouble and are left out. */
const NAME_COLORS = ['36', '32', '34', '35', '96', '92', '94', '95'];

function hash(text: string): number {
  let value = 0;
  for (const letter of text) value = (Math.imul(value, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
