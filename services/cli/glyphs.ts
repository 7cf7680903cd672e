/** The marks of a waterfall, in Unicode and for terminals without it. All are one column wide unless said. */

export interface Mark {
  readonly mark: string;
  readonly meaning: string;
}

export interface Glyphs {
  readonly ellipsis: string;
  readonly dot: string;
  readonly micro: string;
  /** Each two columns: between siblings, at the last one, and beside what lies deeper. */
  readonly branch: string;
  readonly lastBranch: string;
  readonly trunk: string;
  readonly rule: string;
  readonly full: string;
  /** A cell filled from its left by 1/8 to 8/8. */
  readonly fromLeft: readonly string[];
  /** A cell of which the right half is filled, or a sliver at its right edge. */
  readonly rightHalf: string;
  readonly rightEdge: string;
  readonly kinds: Readonly<Record<string, Mark>>;
  readonly critical: Mark;
  readonly orphan: Mark;
  readonly error: Mark;
  readonly events: Mark;
  readonly links: Mark;
}

const MEANINGS = {
  critical: 'critical path',
  orphan: 'its parent is missing',
  error: 'error',
  events: 'events',
  links: 'links',
} as const;

export const UNICODE: Glyphs = {
  ellipsis: '…',
  dot: '·',
  micro: 'µ',
  branch: '├╴',
  lastBranch: '└╴',
  trunk: '│ ',
  rule: '─',
  full: '█',
  fromLeft: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  rightHalf: '▐',
  rightEdge: '▕',
  kinds: {
    Client: { mark: '→', meaning: 'calls' },
    Server: { mark: '←', meaning: 'is called' },
    Producer: { mark: '⇢', meaning: 'sends a message' },
    Consumer: { mark: '⇠', meaning: 'receives one' },
  },
  critical: { mark: '◆', meaning: MEANINGS.critical },
  orphan: { mark: '┄', meaning: MEANINGS.orphan },
  error: { mark: '✗', meaning: MEANINGS.error },
  events: { mark: '•', meaning: MEANINGS.events },
  links: { mark: '⇄', meaning: MEANINGS.links },
};

export const ASCII: Glyphs = {
  ellipsis: '~',
  dot: '|',
  micro: 'u',
  branch: '|-',
  lastBranch: '`-',
  trunk: '| ',
  rule: '-',
  full: '=',
  fromLeft: ['=', '=', '=', '=', '=', '=', '=', '='],
  rightHalf: '=',
  rightEdge: '=',
  kinds: {
    Client: { mark: '>', meaning: 'calls' },
    Server: { mark: '<', meaning: 'is called' },
    Producer: { mark: '}', meaning: 'sends a message' },
    Consumer: { mark: '{', meaning: 'receives one' },
  },
  critical: { mark: '*', meaning: MEANINGS.critical },
  orphan: { mark: '?', meaning: MEANINGS.orphan },
  error: { mark: '!', meaning: MEANINGS.error },
  events: { mark: 'e', meaning: MEANINGS.events },
  links: { mark: 'l', meaning: MEANINGS.links },
};
