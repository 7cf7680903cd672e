/** Starts parts in order, stops them in reverse, and undoes a start that failed or was broken off half way. */

export interface Part {
  readonly name: string;
  /** A start that throws has undone what it began: `stop` is not called then. */
  start(): Promise<void>;
  /** May come while `start` is under way, which then should end soon, in whatever way. Never comes before it. */
  stop(): Promise<void>;
}

export class Lifecycle {
  readonly #parts: readonly Part[];
  /** Parts whose start was called, and that were not stopped since. */
  #begun: Part[] = [];
  #stopping = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** True when all parts run, false when a stop came before that. When one fails, the others are stopped and this throws. */
  async start(): Promise<boolean> {
    for (const part of this.#parts) {
      if (this.#stopping) return false;
      this.#begun.push(part);
      try {
        await part.start();
      } catch (error) {
        // It was told to stop, and an error is how it does.
        if (this.#isStopping()) return false;
        this.#begun.pop();
        throw await this.#undo(new Error(`${part.name} did not start`, { cause: error }));
      }
    }
    return !this.#stopping;
  }

  /** Stops what was begun, in reverse order, and lets nothing else begin. Throws what failed, all of it, at the end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const begun = this.#begun;
    this.#begun = [];
    await stopAll(begun);
  }

  /** As a call, since it changes while a start is awaited. */
  #isStopping(): boolean {
    return this.#stopping;
  }

  async #undo(failure: Error): Promise<Error> {
    try {
      await this.stop();
      return failure;
    } catch (error) {
      return new AggregateError([failure, error], `${failure.message}, and the rest did not stop`, {
        cause: failure,
      });
    }
  }
}

/** Resolves when all parts run. When one fails, those that run are stopped and its error is thrown. */
export async function startAll(parts: readonly Part[]): Promise<void> {
  await new Lifecycle(parts).start();
}

/** Stops all parts in reverse order; every one gets its chance. Throws what failed, all of it, at the end. */
export async function stopAll(parts: readonly Part[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of [...parts].reverse()) {
    try {
      await part.stop();
    } catch (error) {
      failures.push(new Error(`${part.name} did not stop`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything stopped');
}
