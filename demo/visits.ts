/** What visitors do, one visit after the other: a share of each kind, and nobody pays for an empty cart. */

export interface Visit {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly user: string;
  readonly body?: unknown;
}

const USERS = 5000;
const PRODUCTS = 500;
const WORDS = ['mill', 'grinder', 'sieve', 'scale', 'kettle', 'filter', 'cup', 'tin'];

/** Kinds by their place in a hundred visits; `random` gives numbers in [0, 1). */
export class Visits {
  readonly #random: () => number;
  /** Users with something in their cart, oldest first. */
  readonly #buyers: string[] = [];
  #lastOrder = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): Visit {
    const kind = this.#random() * 100;
    const user = `u${this.#below(USERS)}`;
    if (kind < 20) return { method: 'GET', path: '/', user };
    if (kind < 30)
      return { method: 'GET', path: `/search?q=${WORDS[this.#below(WORDS.length)] ?? ''}`, user };
    if (kind < 60) return { method: 'GET', path: `/products/${this.#product()}`, user };
    if (kind < 80) return { method: 'POST', path: '/cart/items', user, body: { product: this.#product() } };
    const buyer = kind < 95 ? this.#buyers.shift() : undefined;
    if (buyer !== undefined) return { method: 'POST', path: '/checkout', user: buyer };
    if (this.#lastOrder > 0)
      return { method: 'GET', path: `/orders/${1 + this.#below(this.#lastOrder)}`, user };
    return { method: 'GET', path: '/', user };
  }

  /** What came of a visit: a filled cart can be paid, a paid one can be asked for. */
  done(visit: Visit, status: number, answer: unknown): void {
    if (status !== 201) return;
    if (visit.path === '/cart/items' && this.#buyers.length < USERS) this.#buyers.push(visit.user);
    if (visit.path === '/checkout') this.#lastOrder = (answer as { id: number }).id;
  }

  /** One in a hundred follows an old link. */
  #product(): number {
    return 1 + this.#below(PRODUCTS + PRODUCTS / 100);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
