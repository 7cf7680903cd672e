/** Pieces of a line, each with its paint, which takes no columns. */
import type { Paint } from './style.ts';
import { fit, textWidth } from './text.ts';

export interface Segment {
  readonly text: string;
  readonly paint?: Paint;
}

/** The pieces as one, cut or filled to exactly `width` columns. */
export function fitSegments(segments: readonly Segment[], width: number, ellipsis: string): string {
  const total = segments.reduce((sum, { text }) => sum + textWidth(text), 0);
  if (total <= width) return segments.map(painted).join('') + ' '.repeat(width - total);
  let line = '';
  let room = width;
  for (const segment of segments) {
    const taken = textWidth(segment.text);
    if (taken < room) {
      line += painted(segment);
      room -= taken;
      continue;
    }
    const text = fit(`${segment.text}${ellipsis}`, room, ellipsis);
    return line + painted({ ...segment, text }) + ' '.repeat(room - textWidth(text));
  }
  return line;
}

/** Pieces one after the other, a separator between, over as many lines as they need; no piece is cut. */
export function wrapSegments(segments: readonly Segment[], separator: Segment, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const segment of segments) {
    const taken = textWidth(segment.text);
    if (used > 0 && used + textWidth(separator.text) + taken > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (used > 0) {
      line += painted(separator);
      used += textWidth(separator.text);
    }
    line += painted(segment);
    used += taken;
  }
  return used > 0 ? [...lines, line] : lines;
}

function painted({ text, paint }: Segment): string {
  return paint === undefined ? text : paint(text);
}
