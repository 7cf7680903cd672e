/**
 * Reads single values of a policy's tree. What is wrong is noted with its place and reading goes on, so that all faults are told at once.
 */
import { isList, isMap, type Located, type LocatedMap, type PolicyFault } from './located.ts';

export class PolicyFields {
  readonly faults: PolicyFault[] = [];
  /** The first action that needs a key. */
  hashAt: Located | null = null;

  fault({ line, column }: Located, problem: string): void {
    this.faults.push({ line, column, problem });
  }

  /** The members of a map, of which only the `known` may be there. Null where it is no map. */
  map(at: Located, what: string, known: readonly string[]): LocatedMap | null {
    if (!isMap(at.value)) {
      this.fault(at, `${what} must be a map of ${known.join(', ')}`);
      return null;
    }
    for (const { key } of at.value.values()) {
      if (typeof key.value === 'string' && known.includes(key.value)) continue;
      const name = typeof key.value === 'string' ? JSON.stringify(key.value) : 'this';
      this.fault(key, `${name} is not known here; ${what} may have ${known.join(', ')}`);
    }
    return at.value;
  }

  list(at: Located, what: string): readonly Located[] {
    if (isList(at.value)) return at.value;
    this.fault(at, `${what} must be a list`);
    return [];
  }

  text(at: Located, what: string): string | null {
    if (typeof at.value === 'string' && at.value !== '') return at.value;
    this.fault(at, `${what} must be a text${typeof at.value === 'number' ? ': put it in quotes' : ''}`);
    return null;
  }

  /** One text or a list of some. */
  texts(at: Located, what: string): { text: string; at: Located }[] {
    const items = isList(at.value) ? at.value : [at];
    if (items.length === 0) this.fault(at, `${what} must not be an empty list`);
    return items.flatMap((item) => {
      const text = this.text(item, what);
      return text === null ? [] : [{ text, at: item }];
    });
  }

  option<const T extends string>(at: Located, what: string, options: readonly T[]): T | null {
    const option = options.find((one) => one === at.value);
    if (option === undefined) this.fault(at, `${what} must be one of ${options.join(', ')}`);
    return option ?? null;
  }

  integer(at: Located, what: string, min: number, max: number): number | null {
    const { value } = at;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.fault(at, `${what} must be a whole number from ${min} to ${max}`);
    return null;
  }

  flag(at: Located, what: string): boolean {
    if (typeof at.value === 'boolean') return at.value;
    this.fault(at, `${what} must be true or false`);
    return false;
  }
}
