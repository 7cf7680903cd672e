/** Asks the query API; what goes wrong is an AskError with words for the reader. */

export class AskError extends Error {
  override name = 'AskError';
  /** 0 where no answer came. */
  readonly status: number;
  /** Whether the same question may be answered in a moment. */
  readonly passing: boolean;

  constructor(status: number, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.passing = status === 0 || status === 502 || status === 503 || status === 504;
  }
}

export type Parameters = Readonly<Record<string, string | number | readonly string[] | null>>;

/** With what is absent or empty left out. */
export function queryString(parameters: Parameters): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== null && one !== '') pairs.push([name, String(one)]);
  }
  return new URLSearchParams(pairs).toString();
}

export async function ask<T>(path: string, parameters: Parameters, signal: AbortSignal): Promise<T> {
  const query = queryString(parameters);
  let response: Response;
  try {
    response = await fetch(query === '' ? path : `${path}?${query}`, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new AskError(0, 'The query service does not answer.', { cause: error });
  }
  if (response.ok) return (await response.json()) as T;
  throw new AskError(response.status, await detailOf(response));
}

async function detailOf(response: Response): Promise<string> {
  try {
    const { detail } = (await response.json()) as { detail?: string };
    if (detail !== undefined) return detail;
  } catch {
    // A proxy between has answered with something else.
  }
  return `The query service answered ${response.status} ${response.statusText}.`;
}
