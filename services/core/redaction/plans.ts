/**
 * Which rules concern what stands at a place: worked out once for each name, service and scope, and looked up after that.
 *
 * Not for what the rules do. Names are looked up as bytes, through core/native's dictionary, so nothing is decoded.
 */
import { ByteDictionary } from '../native/byte_dictionary.ts';
import { matchesAny } from './glob.ts';
import { PLACES, type Limits, type Place, type Policy, type Rule } from './policy.ts';

/** What to do with one value, or with all values of one name. */
export interface Plan {
  /** Rules that look at the value, in order; they come before the last one. */
  readonly byValue: readonly Rule[];
  /** The first rule that does not look at the value, which ends it; null where there is none. */
  readonly last: Rule | null;
  readonly isIdle: boolean;
}

/** Names come from strangers: more than this many are not remembered at once. Longer ones never. */
const MAX_NAMES = 1024;
const MAX_NAME_BYTES = 256;
const MAX_CONTEXTS = 64;
const NO_NAME = new Uint8Array(0);

export class PlacePlans {
  readonly place: Place;
  readonly rules: readonly Rule[];
  /** Whether members of lists must be looked at one by one. */
  readonly hasNames: boolean;
  readonly isIdle: boolean;
  /** For texts without a name, and for all names where no rule asks for one. */
  readonly unnamed: Plan;
  private readonly names = new ByteDictionary();
  private readonly plans: Plan[] = [];

  constructor(place: Place, rules: readonly Rule[]) {
    this.place = place;
    this.rules = rules;
    this.hasNames = rules.some(({ attributes }) => attributes !== null);
    this.isIdle = rules.length === 0;
    this.unnamed = makePlan(rules, NO_NAME, 0, 0);
  }

  /** For the attribute named `buf[start, end)`. */
  of(buf: Uint8Array, start: number, end: number): Plan {
    if (!this.hasNames) return this.unnamed;
    if (end - start > MAX_NAME_BYTES) return makePlan(this.rules, buf, start, end);
    if (this.names.size >= MAX_NAMES) {
      this.names.reset();
      this.plans.length = 0;
    }
    const number = this.names.intern(buf, start, end);
    return (this.plans[number] ??= makePlan(this.rules, buf, start, end));
  }

  /**
   * For a member of a list under an attribute whose plan is `parent`, by its own name or its path. What concerns the attribute concerns
   * its members.
   */
  ofMember(parent: Plan, name: Uint8Array, path: Uint8Array | null): Plan {
    const byValue: Rule[] = [];
    for (const rule of this.rules) {
      const concerned =
        rule.attributes === null ||
        matchesAny(rule.attributes, name, 0, name.length) ||
        (path !== null && matchesAny(rule.attributes, path, 0, path.length)) ||
        parent.byValue.includes(rule);
      if (!concerned) continue;
      if (rule.find === null) return { byValue, last: rule, isIdle: isIdle(byValue, rule) };
      byValue.push(rule);
    }
    return { byValue, last: null, isIdle: isIdle(byValue, null) };
  }
}

function makePlan(rules: readonly Rule[], buf: Uint8Array, start: number, end: number): Plan {
  const byValue: Rule[] = [];
  for (const rule of rules) {
    if (rule.attributes !== null && !matchesAny(rule.attributes, buf, start, end)) continue;
    if (rule.find === null) return { byValue, last: rule, isIdle: isIdle(byValue, rule) };
    byValue.push(rule);
  }
  return { byValue, last: null, isIdle: isIdle(byValue, null) };
}

const isIdle = (byValue: readonly Rule[], last: Rule | null): boolean =>
  byValue.length === 0 && (last === null || last.action.kind === 'keep');

/** All plans under one resource and scope, and which parts of a request have to be walked through for them. */
export interface ContextPlans {
  readonly byPlace: Readonly<Record<Place, PlacePlans>>;
  readonly needs: Readonly<Record<'resource' | 'scope' | 'span' | 'event' | 'link' | 'status', boolean>>;
}

/** The plans for each combination of rules that services and scopes select. */
export class Contexts {
  readonly hasServices: boolean;
  readonly hasScopes: boolean;
  private readonly policy: Policy;
  private readonly bySelection = new Map<string, ContextPlans>();

  constructor(policy: Policy) {
    this.policy = policy;
    this.hasServices = policy.rules.some(({ services }) => services !== null);
    this.hasScopes = policy.rules.some(({ scopes }) => scopes !== null);
  }

  /** `scope` is null above all scopes: rules that ask for one do not concern a resource. */
  of(service: Uint8Array, scope: Uint8Array | null): ContextPlans {
    const isSelected = ({ services, scopes }: Rule): boolean =>
      (services === null || matchesAny(services, service, 0, service.length)) &&
      (scopes === null || (scope !== null && matchesAny(scopes, scope, 0, scope.length)));
    const selection = this.policy.rules.map(isSelected);
    const key = selection.map(Number).join('');
    const known = this.bySelection.get(key);
    if (known !== undefined) return known;
    if (this.bySelection.size >= MAX_CONTEXTS) this.bySelection.clear();
    const plans = contextPlans(
      this.policy.rules.filter((_, index) => selection[index] === true),
      this.policy.limits,
    );
    this.bySelection.set(key, plans);
    return plans;
  }
}

function contextPlans(rules: readonly Rule[], limits: Limits): ContextPlans {
  const of = (place: Place) =>
    new PlacePlans(
      place,
      rules.filter(({ places }) => places.has(place)),
    );
  const byPlace = Object.fromEntries(PLACES.map((place) => [place, of(place)])) as Record<Place, PlacePlans>;
  const isLimited = limits['value-bytes'] !== Infinity || limits['name-bytes'] !== Infinity;
  const has = (...places: Place[]): boolean => isLimited || places.some((place) => !byPlace[place].isIdle);
  const event = has('event', 'event-name') || limits['event-attributes'] !== Infinity;
  const link = has('link') || limits['link-attributes'] !== Infinity;
  const status = has('status-message');
  const isSpanLimited = [limits['span-attributes'], limits.events, limits.links].some(
    (max) => max !== Infinity,
  );
  const span = has('span', 'span-name', 'trace-state') || event || link || status || isSpanLimited;
  const needs = { resource: has('resource'), scope: has('scope'), span, event, link, status };
  return { byPlace, needs };
}
