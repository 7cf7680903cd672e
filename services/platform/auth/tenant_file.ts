/** The tenants of a credentials file: their names, and how much each may send. */
import type { YamlFields, YamlNode } from './yaml_fields.ts';

/** Null where there is no limit of that kind. */
export interface TenantLimits {
  readonly spansPerSecond: number | null;
  /** After decompression. */
  readonly bytesPerSecond: number | null;
  /** How many seconds' worth may come at once. */
  readonly burstSeconds: number;
  readonly inFlightBytes: number | null;
}

export const NO_LIMITS: TenantLimits = {
  spansPerSecond: null,
  bytesPerSecond: null,
  burstSeconds: 2,
  inFlightBytes: null,
};

/** Every process keeps something for each. */
export const MAX_TENANTS = 1_000;
export const TENANT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const MOST = 2 ** 40;

export function readTenants(yaml: YamlFields, node: YamlNode): ReadonlyMap<string, TenantLimits> {
  const tenants = new Map<string, TenantLimits>();
  for (const [name, { key, value }] of yaml.named(node)) {
    if (!TENANT_NAME.test(name)) {
      yaml.fault(
        key,
        'a tenant has 1 to 63 small letters, digits, _ and -, and begins with a letter or digit',
      );
    }
    tenants.set(name, readLimits(yaml, value));
  }
  if (tenants.size > MAX_TENANTS) yaml.fault(node, `more than ${MAX_TENANTS} tenants`);
  return tenants;
}

function readLimits(yaml: YamlFields, node: YamlNode): TenantLimits {
  if (yaml.isEmpty(node)) return NO_LIMITS;
  const fields = yaml.fields(node, ['spansPerSecond', 'bytesPerSecond', 'burstSeconds', 'inFlightBytes']);
  const read = (name: string, min: number, max: number): number | null => {
    const field = fields?.get(name);
    return field === undefined ? null : yaml.number(field.value, { min, max });
  };
  return {
    spansPerSecond: read('spansPerSecond', 1, MOST),
    bytesPerSecond: read('bytesPerSecond', 1, MOST),
    burstSeconds: read('burstSeconds', 0.1, 3600) ?? NO_LIMITS.burstSeconds,
    inFlightBytes: read('inFlightBytes', 1024, MOST),
  };
}
