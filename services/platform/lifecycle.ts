/** Starts parts in order, stops them in reverse, and undoes a start that failed half way. */

export interface Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when all parts run. When one fails, those that run are stopped and its error is thrown. */
export async function startAll(parts: readonly Part[]): Promise<void> {
  const started: Part[] = [];
  for (const part of parts) {
    try {
      await part.start();
      started.push(part);
    } catch (error) {
      await stopAll(started);
      throw new Error(`${part.name} did not start`, { cause: error });
    }
  }
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
