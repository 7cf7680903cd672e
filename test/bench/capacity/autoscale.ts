/** How many processes an autoscaler wants: KEDA's triggers by the rules of the HPA behind it. Pure but for what it remembers. */

export interface Autoscaling {
  readonly least: number;
  readonly most: number;
  /** Between looks at the metrics: scraping and the HPA's own period together. */
  readonly pollSeconds: number;
  /** Scaling down goes by the largest wish of so long (HPA: `stabilizationWindowSeconds`). */
  readonly scaleDownSeconds: number;
  /** Lag of the worst partition that is aimed at. */
  readonly lagSeconds: number;
  /** Spans a second for each process, by a trigger on the rate; null without one. */
  readonly ratePerProcess: number | null;
}

export interface Look {
  readonly seconds: number;
  /** Processes that are ready. */
  readonly ready: number;
  /** Lag of the worst partition. */
  readonly lagSeconds: number;
  /** Spans a second that come in. */
  readonly rate: number;
}

/** Within as much of the target nothing is changed. */
const TOLERANCE = 0.1;
/** The HPA at most doubles, or adds four. */
const FEW = 4;

export class Autoscaler {
  readonly #rules: Autoscaling;
  #wishes: { readonly seconds: number; readonly processes: number }[] = [];
  #nextLook = 0;
  wanted: number;

  constructor(rules: Autoscaling, wanted: number) {
    this.#rules = rules;
    this.wanted = wanted;
  }

  /** Returns at once where it is not time to look. */
  look(look: Look): void {
    if (look.seconds < this.#nextLook) return;
    const { pollSeconds, scaleDownSeconds, least, most } = this.#rules;
    this.#nextLook = look.seconds + pollSeconds;
    this.#wishes.push({ seconds: look.seconds, processes: wish(look, this.wanted, this.#rules) });
    this.#wishes = this.#wishes.filter(({ seconds }) => seconds > look.seconds - scaleDownSeconds);
    const now = this.#wishes.at(-1)?.processes ?? this.wanted;
    const down = Math.max(...this.#wishes.map(({ processes }) => processes));
    const next =
      now > this.wanted
        ? Math.min(now, Math.max(2 * this.wanted, this.wanted + FEW))
        : Math.min(down, this.wanted);
    this.wanted = Math.min(most, Math.max(least, next));
  }
}

/** The larger wish of the triggers. */
function wish({ ready, lagSeconds, rate }: Look, wanted: number, rules: Autoscaling): number {
  const ratio = lagSeconds / rules.lagSeconds;
  const byLag = Math.abs(ratio - 1) <= TOLERANCE ? wanted : Math.ceil(ready * ratio);
  const byRate = rules.ratePerProcess === null ? 0 : Math.ceil(rate / rules.ratePerProcess);
  return Math.max(byLag, byRate);
}
