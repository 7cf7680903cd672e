/** `spanmill credentials`: makes credentials, of which only the hash is kept, and checks the file in which they stand. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  ANY_TENANT,
  CredentialFileError,
  KINDS,
  parseCredentials,
  USES,
  type CredentialKind,
  type Identity,
} from '../../platform/auth/credential_file.ts';
import { hashPassword, hashToken, newToken, type RandomBytes } from '../../platform/auth/secret_hash.ts';
import { TENANT_NAME } from '../../platform/auth/tenant_file.ts';
import { CliError, type CliContext } from '../context.ts';
import { standardOutput, type Output } from '../output.ts';
import { plural } from '../units.ts';

export interface CreateOptions {
  readonly tenant: string;
  readonly name: string;
  readonly kind: CredentialKind;
  readonly use: string;
  readonly user?: string;
  readonly expires?: string;
}

export function register(program: Command, context: CliContext): void {
  const output = standardOutput(context.terminal);
  const command = program
    .command('credentials')
    .description('who may send spans and ask for them: make a credential, check the file of them');
  command
    .command('create')
    .description('make a credential: prints its entry for the file, and its secret, which is kept nowhere')
    .requiredOption('--tenant <tenant>', 'whose it is; "*" may ask for all tenants', parseTenant)
    .requiredOption('--name <name>', 'what logs call it')
    .addOption(new Option('--kind <kind>', 'what callers show').choices(KINDS).default('token'))
    .option('--use <uses>', `comma-separated: ${USES.join(', ')}`, 'ingest')
    .option('--user <user>', 'of kind basic; the name if not given')
    .option('--expires <time>', 'like 2027-01-31 or 2027-01-31T12:00:00Z')
    .addHelpText(
      'after',
      '\nThe entry alone: spanmill credentials create --tenant shop --name gateway >> credentials.yaml',
    )
    .action((options: CreateOptions) => create(options, randomBytes, output));
  command
    .command('check')
    .description('tell all that is wrong with a credentials file, or what stands in it')
    .argument('<file>')
    .action((file: string) => check(file, output));
}

/** Throws CliError. */
export async function create(
  options: CreateOptions,
  random: RandomBytes,
  output: Pick<Output, 'lines' | 'note'>,
): Promise<void> {
  const { kind, tenant } = options;
  const secret = newToken(random);
  const hash = kind === 'basic' ? await hashPassword(secret, random) : hashToken(secret);
  const entry = entryLines(options, hash);
  // Read as the services will read it.
  const tenants = TENANT_NAME.test(tenant) ? `tenants: { ${JSON.stringify(tenant)}: }\n` : '';
  readOrThrow(`${tenants}credentials:\n${entry.join('\n')}\n`, 'the new entry');
  await output.lines(entry);
  await output.note(`secret, shown once: ${secret}`);
  if (tenant !== ANY_TENANT) await output.note(`the tenant must stand under tenants: { ${tenant}: }`);
}

/** Throws CliError. */
export async function check(path: string, output: Pick<Output, 'lines'>): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError([`${path} cannot be read: ${(error as Error).message}`]);
  });
  const { apiKeys, certificates, tenants, tokens, users } = readOrThrow(text, path);
  const all = [tokens, apiKeys, users, certificates].flatMap((some): Identity[] => [...some.values()]);
  await output.lines([
    `${path}: right; ${plural(tenants.size, 'tenant')}, ${plural(all.length, 'credential')}`,
    ...all.map(
      ({ expiresMs, name, tenant, uses }) =>
        `  ${name}: ${[...uses].join(', ')} of tenant ${tenant}` +
        (expiresMs === null ? '' : `, until ${new Date(expiresMs).toISOString()}`),
    ),
  ]);
}

function entryLines({ expires, kind, name, tenant, use, user }: CreateOptions, hash: string): string[] {
  const uses = use.split(',').map((one) => JSON.stringify(one.trim()));
  const optional = [
    ...(kind === 'basic' ? [`    user: ${JSON.stringify(user ?? name)}`] : []),
    ...(expires === undefined ? [] : [`    expires: ${JSON.stringify(expires)}`]),
  ];
  return [
    `  - name: ${JSON.stringify(name)}`,
    `    kind: ${kind}`,
    `    tenant: ${JSON.stringify(tenant)}`,
    `    use: [${uses.join(', ')}]`,
    ...optional,
    `    hash: ${JSON.stringify(hash)}`,
  ];
}

function readOrThrow(text: string, file: string): ReturnType<typeof parseCredentials> {
  try {
    return parseCredentials(text, file);
  } catch (error) {
    if (error instanceof CredentialFileError) throw new CliError(error.faults);
    throw error;
  }
}

function parseTenant(text: string): string {
  if (text === ANY_TENANT || TENANT_NAME.test(text)) return text;
  throw new InvalidArgumentError('It must be like shop-1: small letters, digits, _ and -.');
}
