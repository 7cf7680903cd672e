/**
 * What a plan makes of one text: the rules that look at it in order, then the one that does not.
 *
 * Only the first `checked-bytes` of a text are looked at, and where rules look, what is behind them does not pass: better too
 * little than a secret. Finders see some more, so that what lies across that end is found whole.
 */
import { ANY_STRING } from '../otlp/fields.ts';
import { hitLimit, hitRule, recordChange, type Pass } from './pass.ts';
import type { Plan } from './plans.ts';
import type { Finder, Rule } from './policy.ts';
import { equalBytes } from '../wire/equal_bytes.ts';
import { replaced, replaceFound, withoutHashes } from './replacements.ts';
import { cutAt } from './utf8.ts';

/** A token or a literal may be longer; an address and a card number are not. */
const BEYOND_CHECKED = 4096;

/** `buf[start, end)`, first in the request and then in bytes of its own. */
export interface Text {
  buf: Uint8Array;
  start: number;
  end: number;
  /** Of the field of AnyValue that it is. */
  tag: number;
  /** What numbers and truth values read as. */
  readonly kind: 'text' | 'number' | 'bool';
}

/** With `drop` the caller drops what the text belongs to, for the rule `pass.droppedBy`. */
export type Verdict = 'pass' | 'drop';

export function applyPlan(pass: Pass, plan: Plan, text: Text): Verdict {
  const checked = pass.limits['checked-bytes'];
  const isLong = plan.byValue.length > 0 && text.kind === 'text' && text.end - text.start > checked;
  if (isLong) text.end = cutAt(text.buf, text.start, text.end, checked + BEYOND_CHECKED);
  const verdict = applyRules(pass, plan, text);
  if (isLong && verdict === 'pass') limitText(pass, text, 'checked-bytes');
  return verdict;
}

/** Cuts the text to what the limit allows. */
export function limitText(
  pass: Pass,
  text: Text,
  limit: 'checked-bytes' | 'value-bytes' | 'name-bytes',
): void {
  const end = cutAt(text.buf, text.start, text.end, pass.limits[limit]);
  if (end === text.end && limit !== 'checked-bytes') return;
  change(pass, text, text.buf.subarray(text.start, end), limit);
  hitLimit(pass, limit);
}

function applyRules(pass: Pass, { byValue, last }: Plan, text: Text): Verdict {
  for (const rule of byValue) {
    if (rule.find === null || !isRead(rule, text)) continue;
    const found = findIn(rule.find, text);
    if (found.length === 0) continue;
    const { action } = rule;
    if (action.kind === 'keep') return 'pass';
    if (action.kind === 'drop') return dropBy(pass, rule);
    if (action.kind === 'truncate') {
      applyWhole(pass, rule, text);
      return 'pass';
    }
    const result = replaceFound(action, text.buf, text.start, text.end, found, pass.hash);
    if (result === null) continue;
    change(pass, text, result, rule.id);
    hitRule(pass, rule.number);
    if (text.kind !== 'text') text.tag = ANY_STRING;
  }
  if (last?.action.kind === 'drop') return dropBy(pass, last);
  if (last !== null) applyWhole(pass, last, text);
  return 'pass';
}

const isRead = (rule: Rule, { kind }: Text): boolean =>
  kind === 'text' || (kind === 'number' && rule.readsNumbers !== 'none');

function findIn(find: Finder, { buf, start, end }: Text): number[] {
  const found: number[] = [];
  find(buf, start, end, found);
  return found.length === 0 ? found : withoutHashes(buf, start, end, found);
}

function dropBy(pass: Pass, rule: Rule): Verdict {
  pass.droppedBy = rule;
  return 'drop';
}

function applyWhole(pass: Pass, rule: Rule, text: Text): void {
  const { action } = rule;
  if (action.kind === 'keep' || (action.kind === 'truncate' && text.kind !== 'text')) return;
  const result = replaced(action, text.buf, text.start, text.end, pass.hash);
  if (equalBytes(result, text.buf, text.start, text.end)) return;
  change(pass, text, result, rule.id);
  hitRule(pass, rule.number);
  if (action.kind !== 'truncate') text.tag = ANY_STRING;
}

function change(pass: Pass, text: Text, result: Uint8Array, cause: string): void {
  if (pass.changes !== null) recordChange(pass, cause, text.buf.slice(text.start, text.end), result.slice());
  text.buf = result;
  text.start = 0;
  text.end = result.length;
}
