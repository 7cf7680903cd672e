/** Asks the query service. Every way it can fail is a CliError that says what to do. */
import { Option } from 'commander';
import { CLI_SETTINGS } from '../local/settings.ts';
import { CliError } from './context.ts';

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface QueryClient {
  /** The JSON at a path of the API; parameters that are undefined are left out. */
  get<T>(path: string, parameters?: Readonly<Record<string, string | number | undefined>>): Promise<T>;
}

type Env = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 60_000;

export const queryUrlOption = (): Option =>
  new Option('--query-url <url>', 'address of the query service')
    .env(CLI_SETTINGS.queryUrl.env)
    .default(CLI_SETTINGS.queryUrl.default);

const TOKEN_ENV = CLI_SETTINGS.queryToken.env;

export function queryClient(baseUrl: string, fetcher: Fetch = fetch, env: Env = {}): QueryClient {
  const token = env[TOKEN_ENV] ?? '';
  return {
    get: async <T>(path: string, parameters = {}) => {
      const url = requestUrl(baseUrl, path, parameters);
      const response = await send(url, fetcher, token);
      const body = await response.text();
      if (response.status === 401)
        throw new CliError([`${problemText(401, body)}: give one in ${TOKEN_ENV}`]);
      if (!response.ok) throw new CliError([problemText(response.status, body)]);
      try {
        return JSON.parse(body) as T;
      } catch (cause) {
        throw new CliError([`${url.origin} is no query service of Spanmill: its answer is no JSON`], {
          cause,
        });
      }
    },
  };
}

function requestUrl(
  baseUrl: string,
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): URL {
  if (!URL.canParse(baseUrl)) {
    throw new CliError([`--query-url ${baseUrl} is no address; it must be like http://127.0.0.1:16686`]);
  }
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

async function send(url: URL, fetcher: Fetch, token: string): Promise<Response> {
  try {
    return await fetcher(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(token !== '' && { headers: { authorization: `Bearer ${token}` } }),
    });
  } catch (cause) {
    const slow = cause instanceof Error && cause.name === 'TimeoutError';
    const what = slow
      ? `the query service at ${url.origin} did not answer within ${TIMEOUT_MS / 1000} s`
      : `no query service answers at ${url.origin}: run \`make up\`, or give its address with --query-url`;
    throw new CliError([what], { cause });
  }
}

/** The detail of a problem+json; whatever else answers on that port is told by its status. */
function problemText(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: unknown };
    if (typeof problem.detail === 'string') return problem.detail;
  } catch {
    // Not from the query service: the status has to do.
  }
  return `the query service answered with status ${status}`;
}
