/** `spanmill services`: what each service did, as a table. */
import type { Command } from 'commander';
import type { ServiceItem, ServicesAnswer } from '../../query/routes/service_routes.ts';
import type { CliContext } from '../context.ts';
import { standardOutput, type Output } from '../output.ts';
import { queryClient, queryUrlOption, type QueryClient } from '../query_client.ts';
import { renderTable, type Column } from '../table.ts';
import { countText, durationText, rateText, shareText } from '../units.ts';

export interface ServicesOptions {
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'service', align: 'left' },
  { name: 'calls', align: 'right' },
  { name: 'calls/s', align: 'right' },
  { name: 'errors', align: 'right' },
  { name: 'error rate', align: 'right' },
  { name: 'p50', align: 'right' },
  { name: 'p95', align: 'right' },
  { name: 'p99', align: 'right' },
  { name: 'spans', align: 'right' },
];

export function register(program: Command, { env, terminal }: CliContext): void {
  program
    .command('services')
    .description('calls, errors and durations of every service')
    .option('--since <moment>', 'from when: 15m, 24h, 7d, or like 2026-11-21T10:00:00Z (default: 1h)')
    .option('--until <moment>', 'until when (default: now)')
    .option('--json', 'print the answer as JSON')
    .addOption(queryUrlOption())
    .action((options: ServicesOptions & { queryUrl: string }) =>
      showServices(options, queryClient(options.queryUrl, fetch, env), standardOutput(terminal)),
    );
}

/** Throws CliError. */
export async function showServices(
  options: ServicesOptions,
  client: QueryClient,
  output: Output,
): Promise<void> {
  const { since, until } = options;
  const answer = await client.get<ServicesAnswer>('/api/v1/services', { since, until });
  if (options.json === true) {
    await output.lines([JSON.stringify(answer, null, 2)]);
    return;
  }
  const range = `from ${secondText(answer.since)} to ${secondText(answer.until)} UTC`;
  if (answer.services.length === 0) {
    await output.note(`no spans ${range}; --since looks further back`);
    return;
  }
  const { terminal } = output;
  const micro = terminal.unicode ? 'µ' : 'u';
  const rows = answer.services.map((service) => cells(service, micro));
  await output.lines(renderTable(COLUMNS, rows, terminal));
  await output.note(`${range}. Calls are requests answered and messages taken.`);
}

function cells(item: ServiceItem, micro: string): string[] {
  const duration = (ns: number | null) => (ns === null ? '-' : durationText(ns, micro));
  return [
    item.service,
    countText(item.calls),
    rateText(item.callsPerSecond),
    countText(item.errors),
    item.errorRate === null ? '-' : shareText(item.errorRate),
    duration(item.p50Ns),
    duration(item.p95Ns),
    duration(item.p99Ns),
    countText(item.spans),
  ];
}

function secondText(rfc3339: string): string {
  return rfc3339.replace('T', ' ').slice(0, 19);
}
