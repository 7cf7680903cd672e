/**
 * The bytes of all requests that are being read or wait for Kafka, and their limits: of all together, and of each tenant.
 * What does not fit is refused at once: its client waits and comes back, where a queue would only make everybody late.
 */

export interface InFlightOptions {
  /** Of one tenant; without it, that of all. */
  readonly limitOf?: (tenant: string) => number;
  readonly onChange?: (bytes: number) => void;
  readonly onTenantChange?: (tenant: string, bytes: number) => void;
  readonly onRefused?: (tenant: string) => void;
}

export class InFlight {
  readonly maxBytes: number;
  private readonly options: InFlightOptions;
  private taken = 0;
  /** Of tenants that have any. */
  private readonly byTenant = new Map<string, number>();

  constructor(maxBytes: number, options: InFlightOptions = {}) {
    this.maxBytes = maxBytes;
    this.options = options;
  }

  get bytes(): number {
    return this.taken;
  }

  /** One request's share; it begins at nothing. Whoever opened it releases it. */
  lease({ tenant }: { readonly tenant: string }): Lease {
    return new Lease((change) => this.change(tenant, change));
  }

  private change(tenant: string, change: number): boolean {
    const { limitOf, onChange, onRefused, onTenantChange } = this.options;
    const ofTenant = (this.byTenant.get(tenant) ?? 0) + change;
    const limit = limitOf?.(tenant) ?? this.maxBytes;
    if (change > 0 && (this.taken + change > this.maxBytes || ofTenant > limit)) {
      onRefused?.(tenant);
      return false;
    }
    this.taken += change;
    if (ofTenant === 0) this.byTenant.delete(tenant);
    else this.byTenant.set(tenant, ofTenant);
    onChange?.(this.taken);
    onTenantChange?.(tenant, ofTenant);
    return true;
  }
}

export class Lease {
  private readonly take: (change: number) => boolean;
  private held = 0;

  constructor(take: (change: number) => boolean) {
    this.take = take;
  }

  get bytes(): number {
    return this.held;
  }

  /** False, and nothing changes, where a limit does not allow it. */
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
