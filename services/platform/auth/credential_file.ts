/**
 * The file of those who may send and ask: tenants with what they may use, and credentials of them.
 *
 *     tenants:
 *       shop: { spansPerSecond: 5000, burstSeconds: 10, inFlightBytes: 33554432 }
 *     credentials:
 *       - { name: shop-gateway, kind: token, tenant: shop, use: [ingest], hash: "sha256:...", expires: 2027-01-01 }
 *       - { name: shop-people, kind: basic, user: anna, tenant: shop, use: [query], hash: "scrypt:..." }
 *     certificates:
 *       - { name: shop-mesh, subject: "CN=gateway, O=Shop", tenant: shop, use: [ingest] }
 *
 * Pure. All faults are reported at once, each as file:line:column, and none shows a value.
 */
import { DEFAULT_TENANT } from '../../core/contracts.ts';
import { parseSubject } from './certificate_subject.ts';
import { parsePasswordHash, parseTokenHash, type PasswordHash } from './secret_hash.ts';
import { readTenants, type TenantLimits } from './tenant_file.ts';
import { YamlFields, type Fields, type YamlNode } from './yaml_fields.ts';

export const USES = ['ingest', 'query', 'admin'] as const;
export type Use = (typeof USES)[number];
export const KINDS = ['token', 'api-key', 'basic'] as const;
export type CredentialKind = (typeof KINDS)[number];
/** The tenant of a credential that may choose one. */
export const ANY_TENANT = '*';

/** Who somebody is, and what that allows. */
export interface Identity {
  /** Of the credential: for logs, never secret. */
  readonly name: string;
  readonly tenant: string;
  readonly uses: ReadonlySet<Use>;
  /** Unix milliseconds; null for never. */
  readonly expiresMs: number | null;
}

export interface PasswordIdentity extends Identity {
  readonly hash: PasswordHash;
}

export interface CredentialFile {
  readonly tenants: ReadonlyMap<string, TenantLimits>;
  /** By the SHA-256 of what is presented, in hex. */
  readonly tokens: ReadonlyMap<string, Identity>;
  readonly apiKeys: ReadonlyMap<string, Identity>;
  readonly users: ReadonlyMap<string, PasswordIdentity>;
  /** By the canonical subject. */
  readonly certificates: ReadonlyMap<string, Identity>;
}

export class CredentialFileError extends Error {
  override name = 'CredentialFileError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the credentials file has ${faults.length} faults: ${faults.slice(0, 20).join('; ')}`);
    this.faults = faults;
  }
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_CREDENTIALS = 10_000;
const MAX_NAME = 128;

/** `file` is how faults name it. Throws CredentialFileError. */
export function parseCredentials(text: string, file: string): CredentialFile {
  if (text.length > MAX_FILE_BYTES) {
    throw new CredentialFileError([`${file}:1:1: larger than ${MAX_FILE_BYTES} bytes`]);
  }
  const yaml = new YamlFields(text, file);
  const reader = new Reader(yaml);
  const read = yaml.faults.length === 0 ? reader.read() : null;
  if (read === null || yaml.faults.length > 0) throw new CredentialFileError(yaml.faults);
  return read;
}

class Reader {
  private readonly yaml: YamlFields;
  private readonly names = new Set<string>();
  private readonly tokens = new Map<string, Identity>();
  private readonly apiKeys = new Map<string, Identity>();
  private readonly users = new Map<string, PasswordIdentity>();
  private readonly certificates = new Map<string, Identity>();
  private tenants: ReadonlyMap<string, TenantLimits> = new Map();

  constructor(yaml: YamlFields) {
    this.yaml = yaml;
  }

  read(): CredentialFile | null {
    const { yaml } = this;
    const top = yaml.fields(yaml.root, ['tenants', 'credentials', 'certificates']);
    if (top === null) return null;
    this.tenants = readTenants(yaml, top.get('tenants')?.value ?? null);
    const credentials = yaml.list(top.get('credentials')?.value ?? null);
    if (credentials.length > MAX_CREDENTIALS)
      yaml.fault(yaml.root, `more than ${MAX_CREDENTIALS} credentials`);
    for (const node of credentials) this.readCredential(node);
    for (const node of yaml.list(top.get('certificates')?.value ?? null)) this.readCertificate(node);
    const { tenants, tokens, apiKeys, users, certificates } = this;
    return { tenants, tokens, apiKeys, users, certificates };
  }

  private readCredential(node: YamlNode): void {
    const { yaml } = this;
    const common = ['name', 'kind', 'tenant', 'use', 'hash', 'expires'];
    const fields = yaml.fields(node, [...common, 'user']);
    if (fields === null) return;
    const identity = this.readIdentity(node, fields);
    const kind = yaml.text(
      valueOf(node, fields, 'kind'),
      `kind: one of ${KINDS.join(', ')}`,
      (text) => KINDS.find((one) => one === text) ?? null,
    );
    const hash = valueOf(node, fields, 'hash');
    switch (kind) {
      case 'token':
        return this.readToken(hash, identity, this.tokens);
      case 'api-key':
        return this.readToken(hash, identity, this.apiKeys);
      case 'basic':
        return this.readUser(node, fields, hash, identity);
      case null:
    }
  }

  private readToken(node: YamlNode, identity: Identity | null, into: Map<string, Identity>): void {
    const { yaml } = this;
    const meaning = 'hash: "sha256:" and 64 hex digits, as `spanmill credentials create` prints it';
    const hash = yaml.text(node, meaning, parseTokenHash);
    if (hash === null) return;
    if (this.tokens.has(hash.digest) || this.apiKeys.has(hash.digest))
      yaml.fault(node, 'another credential has this hash');
    else if (identity !== null) into.set(hash.digest, identity);
  }

  private readUser(node: YamlNode, fields: Fields, hashNode: YamlNode, identity: Identity | null): void {
    const { yaml } = this;
    const meaning = 'hash: "scrypt:..." as `spanmill credentials create --kind basic` prints it';
    const hash = yaml.text(hashNode, meaning, parsePasswordHash);
    const userNode = valueOf(node, fields, 'user');
    const user = yaml.text(userNode, 'user: text without a colon', (text) => shortText(text, /^[^:]+$/));
    if (user === null || hash === null) return;
    if (this.users.has(user)) yaml.fault(userNode, 'another credential has this user');
    else if (identity !== null) this.users.set(user, { ...identity, hash });
  }

  private readCertificate(node: YamlNode): void {
    const { yaml } = this;
    const fields = yaml.fields(node, ['name', 'subject', 'tenant', 'use', 'expires']);
    if (fields === null) return;
    const identity = this.readIdentity(node, fields);
    const subjectNode = valueOf(node, fields, 'subject');
    const subject = yaml.text(subjectNode, 'subject: like "CN=gateway, O=Shop"', parseSubject);
    if (subject === null) return;
    if (this.certificates.has(subject)) yaml.fault(subjectNode, 'another certificate has this subject');
    else if (identity !== null) this.certificates.set(subject, identity);
  }

  private readIdentity(node: YamlNode, fields: Fields): Identity | null {
    const { yaml } = this;
    const nameNode = valueOf(node, fields, 'name');
    const name = yaml.text(nameNode, 'name: letters, digits and . _ - @', (text) =>
      shortText(text, /^[\w.@-]+$/),
    );
    if (name !== null && this.names.has(name)) yaml.fault(nameNode, 'another credential has this name');
    if (name !== null) this.names.add(name);
    const uses = this.readUses(valueOf(node, fields, 'use'));
    const tenant = this.readTenant(valueOf(node, fields, 'tenant'), uses);
    const expires = fields.get('expires')?.value;
    const expiresMs =
      expires === undefined ? null : yaml.text(expires, 'expires: like 2027-01-31T12:00:00Z', parseExpiry);
    return name === null || tenant === null ? null : { name, tenant, uses, expiresMs };
  }

  private readTenant(node: YamlNode, uses: ReadonlySet<Use>): string | null {
    const { yaml } = this;
    const isKnown = (text: string): boolean =>
      text === ANY_TENANT || text === DEFAULT_TENANT || this.tenants.has(text);
    const meaning = `tenant: one that stands under tenants, or "${ANY_TENANT}" for all of them`;
    const tenant = yaml.text(node, meaning, (text) => (isKnown(text) ? text : null));
    if (tenant === ANY_TENANT && uses.has('ingest'))
      yaml.fault(node, 'spans belong to one tenant: use ingest does not go with all of them');
    if (tenant !== null && tenant !== ANY_TENANT && uses.has('admin'))
      yaml.fault(node, `use admin goes with tenant "${ANY_TENANT}" alone`);
    return tenant;
  }

  private readUses(node: YamlNode): ReadonlySet<Use> {
    const meaning = `use: a list of ${USES.join(', ')}`;
    const nodes = this.yaml.list(node);
    if (nodes.length === 0) this.yaml.fault(node, `must be ${meaning}`);
    const uses = nodes.map((one) =>
      this.yaml.text(one, meaning, (text) => USES.find((use) => use === text) ?? null),
    );
    return new Set(uses.filter((use) => use !== null));
  }
}

/** Where it is missing, the fault is where the entry begins. */
function valueOf(entry: YamlNode, fields: Fields, name: string): YamlNode {
  return fields.get(name)?.value ?? entry;
}

function shortText(text: string, pattern: RegExp): string | null {
  return text.length <= MAX_NAME && pattern.test(text) ? text : null;
}

const EXPIRY = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/;

function parseExpiry(text: string): number | null {
  const ms = EXPIRY.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
