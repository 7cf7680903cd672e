/**
 * The bytes that all partitions of the receiver hold together, and their limit. Over it no partition is fetched until half of them
 * are stored: what waits for Kafka or the spool waits in the log of the source, where it costs nothing.
 *
 * Not a hard limit: what was fetched when it closes is still taken in, a delivery for each partition.
 */
export interface Gated {
  pause(): void;
  resume(): void;
}

export class ReceiverGate {
  private readonly maxBytes: number;
  private readonly onChange: (bytes: number) => void;
  private readonly gated = new Set<Gated>();
  private held = 0;
  private closed = false;

  constructor(maxBytes: number, onChange: (bytes: number) => void) {
    this.maxBytes = maxBytes;
    this.onChange = onChange;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  join(one: Gated): void {
    this.gated.add(one);
  }

  leave(one: Gated): void {
    this.gated.delete(one);
  }

  change(bytes: number): void {
    this.held += bytes;
    this.onChange(this.held);
    if (!this.closed && this.held > this.maxBytes) {
      this.closed = true;
      for (const one of this.gated) one.pause();
    } else if (this.closed && this.held <= this.maxBytes / 2) {
      this.closed = false;
      for (const one of this.gated) one.resume();
    }
  }
}
