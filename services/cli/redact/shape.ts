/** What a value is like, without saying it: `card-number, 19 characters`. */
import { DETECTORS } from '../../core/redaction/detectors.ts';

const SPOTTED = ['card-number', 'email', 'bearer-token'] as const;

export function shapeOf(text: string): string {
  const characters = Array.from(text).length;
  return `${kindOf(text)}, ${characters} ${characters === 1 ? 'character' : 'characters'}`;
}

function kindOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  for (const name of SPOTTED) {
    const found: number[] = [];
    for (const { find } of DETECTORS[name].searches) find(bytes, 0, bytes.length, found);
    if (found.length > 0) return found[0] === 0 && found[1] === bytes.length ? name : `text with ${name}`;
  }
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return 'number';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'URL';
  return /^[[{]/.test(text) ? 'list' : 'text';
}
