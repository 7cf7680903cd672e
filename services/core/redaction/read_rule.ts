/**
 * One rule of a policy.
 *
 *     - id: card-numbers                       names it in metrics
 *       action: mask                           keep, drop, hash, mask, truncate
 *       attribute: ["payment.*", card]         names; or place: [span-name]; or value: a detector or { pattern: ... }
 *       place: [span, event]
 *       scope: "io.opentelemetry.*"
 *       service: checkout
 *       value: card-number
 *       keep-last: 4                           of mask; or text: "[gone]"
 *       bytes: 64                              of truncate
 */
import { DETECTORS, isDetectorName, sqlDetector, type Detector, type DetectorName } from './detectors.ts';
import { glob, type Glob } from './glob.ts';
import { isMap, type Located, type LocatedMap } from './located.ts';
import { patternFinder } from './pattern.ts';
import { PatternError } from './pattern_program.ts';
import type { PolicyFields } from './policy_fields.ts';
import { ATTRIBUTE_PLACES, PLACES, type Action, type Place, type Rule } from './policy.ts';

const ACTIONS = ['keep', 'drop', 'hash', 'mask', 'truncate'] as const;
const SELECTORS = ['attribute', 'place', 'scope', 'service', 'value'] as const;
const PARAMETERS = ['text', 'keep-last', 'bytes', 'double-quotes'] as const;
const FIELDS = ['id', 'action', ...SELECTORS, ...PARAMETERS];
const ID = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const DEFAULT_MASK = '***';
const MAX_KEPT = 16;
const MAX_MASK_BYTES = 64;
const MAX_TRUNCATE = 16 * 1024 * 1024;
const MAX_PATTERN = 1000;

/** Trace states say how spans were sampled: only who names that place means it. */
const PLACES_BY_VALUE: readonly Place[] = PLACES.filter((place) => place !== 'trace-state');

interface Value {
  readonly detector: Detector;
  /** Null for an expression of the policy's own. */
  readonly name: DetectorName | null;
}

/** The rules that one rule of the file stands for; none where it has faults. */
export function readRule(fields: PolicyFields, at: Located, ids: string[]): Rule[] {
  const faults = fields.faults.length;
  const map = fields.map(at, 'a rule', FIELDS);
  if (map === null) return [];
  const id = readId(fields, at, map, ids);
  const value = readValue(fields, map);
  const action = readAction(fields, at, map, value);
  const named = readGlobs(fields, map, 'attribute');
  const places = readPlaces(fields, map, named !== null, value);
  const selection = {
    places,
    scopes: readGlobs(fields, map, 'scope'),
    services: readGlobs(fields, map, 'service'),
  };
  checkSelectors(fields, at, map, selection.scopes !== null, places);
  if (fields.faults.length > faults || action === null) return [];
  const number = ids.push(id) - 1;
  const rule = { id, number, action, ...selection };
  if (value === null) return [{ ...rule, attributes: named, find: null, readsNumbers: 'none' }];
  return value.detector.searches.map(({ find, attributes }) =>
    withSearch(rule, value, find, named ?? globsOf(attributes)),
  );
}

/** What a detector does that is only switched on. */
export function detectorRules(name: DetectorName, number: number): Rule[] {
  const detector: Detector = DETECTORS[name];
  const action: Action = { kind: 'mask', text: new TextEncoder().encode(detector.mask), keepLast: 0 };
  const rule = { id: name, number, action, places: new Set(PLACES_BY_VALUE), scopes: null, services: null };
  return detector.searches.map(({ find, attributes }) =>
    withSearch(rule, { detector, name }, find, globsOf(attributes)),
  );
}

function withSearch(
  rule: Omit<Rule, 'attributes' | 'find' | 'readsNumbers'>,
  { detector }: Value,
  find: Rule['find'],
  attributes: readonly Glob[] | null,
): Rule {
  const places =
    attributes === null ? rule.places : new Set(ATTRIBUTE_PLACES.filter((place) => rule.places.has(place)));
  return { ...rule, places, attributes, find, readsNumbers: detector.readsNumbers };
}

const globsOf = (names: readonly string[] | null): readonly Glob[] | null => names?.map(glob) ?? null;

function readId(fields: PolicyFields, at: Located, map: LocatedMap, ids: readonly string[]): string {
  const given = map.get('id')?.value;
  if (given === undefined) {
    fields.fault(at, 'a rule must have an id, which names it in metrics');
    return '';
  }
  const { value } = given;
  if (typeof value !== 'string' || !ID.test(value)) {
    fields.fault(given, 'an id must be of small letters, digits, "-", "_" and ".", 64 at most');
    return '';
  }
  if (ids.includes(value)) fields.fault(given, `there is another rule of the id ${value}`);
  return value;
}

function readGlobs(
  fields: PolicyFields,
  map: LocatedMap,
  name: 'attribute' | 'scope' | 'service',
): Glob[] | null {
  const at = map.get(name)?.value;
  return at === undefined ? null : fields.texts(at, name).map(({ text }) => glob(text));
}

function readPlaces(
  fields: PolicyFields,
  map: LocatedMap,
  isNamed: boolean,
  value: Value | null,
): ReadonlySet<Place> {
  const at = map.get('place')?.value;
  if (at === undefined) return new Set(isNamed ? ATTRIBUTE_PLACES : PLACES_BY_VALUE);
  const hasNames = isNamed || value?.detector.searches.some(({ attributes }) => attributes !== null) === true;
  const known: readonly Place[] = hasNames ? ATTRIBUTE_PLACES : PLACES;
  const places = fields.texts(at, 'place').flatMap(({ text, at: where }) => {
    const place = known.find((one) => one === text);
    if (place !== undefined) return [place];
    const why = hasNames && PLACES.some((one) => one === text) ? `${text} has no attributes: ` : '';
    fields.fault(where, `${why}place must be one of ${known.join(', ')}`);
    return [];
  });
  return new Set(places);
}

function checkSelectors(
  fields: PolicyFields,
  at: Located,
  map: LocatedMap,
  hasScopes: boolean,
  places: ReadonlySet<Place>,
): void {
  if (!map.has('attribute') && !map.has('place') && !map.has('value')) {
    fields.fault(at, 'a rule must say what it is for, by attribute, place or value');
  }
  if (hasScopes && places.size === 1 && places.has('resource')) {
    fields.fault(at, 'a resource is above all scopes: a rule for it cannot ask for one');
  }
}

function readValue(fields: PolicyFields, map: LocatedMap): Value | null {
  const at = map.get('value')?.value;
  const quotes = map.get('double-quotes')?.value;
  const isSql = at?.value === 'sql-literals';
  if (quotes !== undefined && !isSql)
    fields.fault(quotes, 'double-quotes is for the value sql-literals only');
  if (at === undefined) return null;
  if (isMap(at.value)) return readPattern(fields, at);
  if (!isDetectorName(at.value)) {
    fields.fault(at, `value must be { pattern: ... } or one of ${Object.keys(DETECTORS).join(', ')}`);
    return null;
  }
  if (!isSql || quotes === undefined) return { detector: DETECTORS[at.value], name: at.value };
  const meaning = fields.option(quotes, 'double-quotes', ['literals', 'identifiers']);
  return { detector: sqlDetector(meaning ?? 'literals'), name: at.value };
}

function readPattern(fields: PolicyFields, at: Located): Value | null {
  const map = fields.map(at, 'value', ['pattern', 'ignore-case']);
  const given = map?.get('pattern')?.value;
  const ignoresCase = map?.get('ignore-case')?.value;
  if (given === undefined) {
    fields.fault(at, 'value must be a detector or have a pattern');
    return null;
  }
  const source = fields.text(given, 'pattern');
  if (source === null) return null;
  if (source.length > MAX_PATTERN) {
    fields.fault(given, `a pattern has at most ${MAX_PATTERN} characters`);
    return null;
  }
  try {
    const find = patternFinder(
      source,
      ignoresCase === undefined ? false : fields.flag(ignoresCase, 'ignore-case'),
    );
    return {
      detector: { searches: [{ find, attributes: null }], mask: DEFAULT_MASK, readsNumbers: 'all' },
      name: null,
    };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    fields.fault(given, `the pattern is not usable: ${error.message}`);
    return null;
  }
}

function readAction(fields: PolicyFields, at: Located, map: LocatedMap, value: Value | null): Action | null {
  const given = map.get('action')?.value;
  if (given === undefined) {
    fields.fault(at, `a rule must have an action: ${ACTIONS.join(', ')}`);
    return null;
  }
  const kind = fields.option(given, 'action', ACTIONS);
  if (kind === 'hash') fields.hashAt ??= given;
  checkParameters(fields, map, kind);
  if (kind === 'mask') return readMask(fields, map, value);
  if (kind !== 'truncate') return kind === null ? null : { kind };
  const bytes = map.get('bytes')?.value;
  if (bytes === undefined) {
    fields.fault(given, 'truncate must say to how many bytes');
    return null;
  }
  return { kind, bytes: fields.integer(bytes, 'bytes', 0, MAX_TRUNCATE) ?? 0 };
}

function checkParameters(fields: PolicyFields, map: LocatedMap, kind: Action['kind'] | null): void {
  const owners = { text: 'mask', 'keep-last': 'mask', bytes: 'truncate' } as const;
  for (const [name, owner] of Object.entries(owners)) {
    const entry = map.get(name);
    if (entry !== undefined && kind !== null && kind !== owner)
      fields.fault(entry.key, `${name} is for the action ${owner}`);
  }
}

function readMask(fields: PolicyFields, map: LocatedMap, value: Value | null): Action {
  const text = map.get('text');
  const keepLast = map.get('keep-last');
  if (text !== undefined && keepLast !== undefined)
    fields.fault(keepLast.key, 'give text or keep-last, not both');
  if (keepLast !== undefined) {
    if (value?.name === 'sql-literals')
      fields.fault(keepLast.key, 'half a literal would be no SQL: leave keep-last out');
    const characters = fields.integer(keepLast.value, 'keep-last', 1, MAX_KEPT) ?? 1;
    return { kind: 'mask', text: new Uint8Array(0), keepLast: characters };
  }
  const given = text === undefined ? null : fields.text(text.value, 'text');
  const bytes = new TextEncoder().encode(given ?? value?.detector.mask ?? DEFAULT_MASK);
  if (text !== undefined && bytes.length > MAX_MASK_BYTES) {
    fields.fault(text.value, `text has at most ${MAX_MASK_BYTES} bytes`);
  }
  if (text !== undefined && value !== null && isFoundIn(value, bytes)) {
    fields.fault(text.value, 'the rule would find its own text again: choose another');
  }
  return { kind: 'mask', text: bytes, keepLast: 0 };
}

/** Whether redacting twice would be more than redacting once. What is found whole becomes itself. */
function isFoundIn({ detector }: Value, text: Uint8Array): boolean {
  return detector.searches.some(({ find }) => {
    const found: number[] = [];
    find(text, 0, text.length, found);
    return found.length > 0 && !(found[0] === 0 && found[1] === text.length);
  });
}
