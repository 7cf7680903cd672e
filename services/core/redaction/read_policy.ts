/**
 * A policy's tree as a policy, or all its faults.
 *
 *     hash-key-file: /run/secrets/redaction-key
 *     detectors: [card-number, email]
 *     limits: { span-attributes: 128, events: 128, value-bytes: 8192 }
 *     rules: [...]                                          read_rule.ts
 *
 * Detectors of the list are rules behind those of `rules`, which are thereby their exceptions.
 */
import { DETECTORS, isDetectorName } from './detectors.ts';
import { PolicyError, type Located, type LocatedMap, type PolicyFault } from './located.ts';
import { PolicyFields } from './policy_fields.ts';
import { CHECKED_BYTES, NO_LIMITS, type Limits, type Policy, type Rule } from './policy.ts';
import { detectorRules, readRule } from './read_rule.ts';

const FIELDS = ['rules', 'detectors', 'limits', 'hash-key-file'];
/** Every rule is tried with every name, once. */
const MAX_RULES = 500;

const MAX_COUNT = 1_000_000;
const MAX_BYTES = 16 * 1024 * 1024;
const LIMIT_RANGES: Readonly<Record<keyof Limits, readonly [min: number, max: number]>> = {
  'span-attributes': [0, MAX_COUNT],
  'event-attributes': [0, MAX_COUNT],
  'link-attributes': [0, MAX_COUNT],
  events: [0, MAX_COUNT],
  links: [0, MAX_COUNT],
  'value-bytes': [16, MAX_BYTES],
  'name-bytes': [16, MAX_BYTES],
  'checked-bytes': [256, 1024 * 1024],
};

/** `faults` are those that the tree had before. Throws PolicyError. Whether there is a key for `hash` is not looked at. */
export function readPolicy(root: Located, file?: string, faults: readonly PolicyFault[] = []): Policy {
  const fields = new PolicyFields();
  fields.faults.push(...faults);
  const map = fields.map(root, 'a policy', FIELDS);
  const ids: string[] = [];
  const rules = map === null ? [] : [...readRules(fields, map, ids), ...readDetectors(fields, map, ids)];
  const limits = map === null ? NO_LIMITS : readLimits(fields, map);
  const keyFile = map?.get('hash-key-file')?.value;
  const hashKeyFile = keyFile === undefined ? null : fields.text(keyFile, 'hash-key-file');
  if (fields.faults.length > 0) {
    throw new PolicyError(
      fields.faults.sort((a, b) => a.line - b.line || a.column - b.column),
      file,
    );
  }
  return { rules, ids, limits, hashKeyFile, hashAt: fields.hashAt };
}

function readRules(fields: PolicyFields, map: LocatedMap, ids: string[]): Rule[] {
  const at = map.get('rules')?.value;
  if (at === undefined) return [];
  const items = fields.list(at, 'rules');
  if (items.length > MAX_RULES) fields.fault(at, `there are at most ${MAX_RULES} rules`);
  return items.slice(0, MAX_RULES).flatMap((item) => readRule(fields, item, ids));
}

function readDetectors(fields: PolicyFields, map: LocatedMap, ids: string[]): Rule[] {
  const at = map.get('detectors')?.value;
  if (at === undefined) return [];
  return fields.list(at, 'detectors').flatMap((item) => {
    const name = item.value;
    if (!isDetectorName(name)) {
      fields.fault(item, `a detector must be one of ${Object.keys(DETECTORS).join(', ')}`);
      return [];
    }
    if (ids.includes(name)) {
      fields.fault(item, `there is another rule of the id ${name}`);
      return [];
    }
    const number = ids.push(name) - 1;
    return detectorRules(name, number);
  });
}

function readLimits(fields: PolicyFields, map: LocatedMap): Limits {
  const at = map.get('limits')?.value;
  if (at === undefined) return NO_LIMITS;
  const names = Object.keys(LIMIT_RANGES) as (keyof Limits)[];
  const given = fields.map(at, 'limits', names);
  const limits: Record<keyof Limits, number> = { ...NO_LIMITS, 'checked-bytes': CHECKED_BYTES };
  for (const name of names) {
    const value = given?.get(name)?.value;
    if (value !== undefined)
      limits[name] = fields.integer(value, name, ...LIMIT_RANGES[name]) ?? limits[name];
  }
  return limits;
}
