/** `spanmill trace <id>`: a trace as a waterfall. */
import { InvalidArgumentError, type Command } from 'commander';
import type { TraceListAnswer } from '../../query/routes/search_routes.ts';
import type { TraceAnswer } from '../../query/trace_answer.ts';
import { CliError, type CliContext } from '../context.ts';
import { standardOutput, type Output } from '../output.ts';
import { queryClient, queryUrlOption, type QueryClient } from '../query_client.ts';
import { renderWaterfall } from '../waterfall.ts';

export interface TraceOptions {
  /** The newest trace, of a service where one is named. */
  readonly latest?: string | true;
  readonly attributes?: boolean;
  readonly json?: boolean;
  readonly width?: number;
}

/** How far back `--latest` looks. */
const LATEST_SINCE = '24h';

export function register(program: Command, { env, terminal }: CliContext): void {
  program
    .command('trace')
    .description('show a trace as a waterfall')
    .argument('[id]', 'trace id, 32 or 16 hex digits')
    .option('--latest [service]', 'the newest trace that more than one service took part in')
    .option('-a, --attributes', 'show attributes, events and links of every span')
    .option('--json', 'print the trace as JSON')
    .option('--width <columns>', 'draw for a terminal of this width', parseWidth)
    .addOption(queryUrlOption())
    .action((id: string | undefined, options: TraceOptions & { queryUrl: string }) =>
      showTrace(id, options, queryClient(options.queryUrl, fetch, env), standardOutput(terminal)),
    );
}

/** Throws CliError. */
export async function showTrace(
  id: string | undefined,
  options: TraceOptions,
  client: QueryClient,
  output: Output,
): Promise<void> {
  const traceId = await wantedTrace(id, options.latest, client);
  const trace = await client.get<TraceAnswer>(`/api/v1/traces/${encodeURIComponent(traceId)}`);
  if (options.json === true) {
    await output.lines([JSON.stringify(trace, null, 2)]);
    return;
  }
  const { width, color, unicode } = output.terminal;
  await output.lines(
    renderWaterfall(trace, {
      width: options.width ?? width,
      color,
      unicode,
      attributes: options.attributes === true,
    }),
  );
}

async function wantedTrace(
  id: string | undefined,
  latest: string | true | undefined,
  client: QueryClient,
): Promise<string> {
  if (id !== undefined && latest !== undefined) throw new CliError(['give a trace id or --latest, not both']);
  if (id !== undefined) return id;
  if (latest === undefined) throw new CliError(['give a trace id, or --latest for the newest trace']);
  return latestTrace(latest === true ? undefined : latest, client);
}

/** One with its root and with several services, if there is one: that is what a person wants to look at. */
async function latestTrace(service: string | undefined, client: QueryClient): Promise<string> {
  for (const minServices of [2, 1]) {
    const { traces } = await client.get<TraceListAnswer>('/api/v1/traces', {
      service,
      minServices,
      since: LATEST_SINCE,
      limit: 20,
    });
    const found = traces.find((trace) => trace.root !== null) ?? traces[0];
    if (found !== undefined) return found.traceId;
  }
  const whose = service === undefined ? '' : ` with a span of ${service}`;
  throw new CliError([`no trace${whose} came in the last 24 hours`]);
}

function parseWidth(text: string): number {
  const width = Number(text);
  if (!Number.isInteger(width) || width < 1) throw new InvalidArgumentError('It must be a whole number.');
  return width;
}
