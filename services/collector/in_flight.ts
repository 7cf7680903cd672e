/**
 * The bytes of all requests that are being read or wait for Kafka, and their limit. What does not fit is refused at
 * once: its client waits and comes back, where a queue would only make everybody late.
 */

export class InFlight {
  readonly maxBytes: number;
  private readonly onChange: (bytes: number) => void;
  private taken = 0;

  constructor(maxBytes: number, onChange: (bytes: number) => void = () => undefined) {
    this.maxBytes = maxBytes;
    this.onChange = onChange;
  }

  get bytes(): number {
    return this.taken;
  }

  /** One request's share; it begins at nothing. Whoever opened it releases it. */
  lease(): Lease {
    return new Lease((change) => {
      if (change > 0 && this.taken + change > this.maxBytes) return false;
      this.taken += change;
      this.onChange(this.taken);
      return true;
    });
  }
}

export class Lease {
  private readonly take: (change: number) => boolean;
  private held = 0;

  constructor(take: (change: number) => boolean) {
    this.take = take;
  }

  /** False, and nothing changes, where the limit does not allow it. */
  grow(bytes: number): boolean {
    if (!this.take(bytes)) return false;
    this.held += bytes;
    return true;
  }

  shrink(bytes: number): void {
    this.take(-bytes);
    this.held -= bytes;
  }

  release(): void {
    this.shrink(this.held);
  }
}
