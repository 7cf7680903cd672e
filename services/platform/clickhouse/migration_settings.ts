/** What the migrations take from configuration. Settings of `spanmill migrate`, beside CLICKHOUSE_SETTINGS. */
import { integer, text } from '../config.ts';

const MAX_DAYS = 36_500;

const days = (env: string, byDefault: number, meaning: string) =>
  integer({ env, default: byDefault, unit: 'days', min: 1, max: MAX_DAYS, meaning });

export const MIGRATION_SETTINGS = {
  clickhouseCluster: text({
    env: 'SPANMILL_CLICKHOUSE_CLUSTER',
    default: '',
    meaning: 'Cluster on which tables are made, replicated and distributed; empty for a single server.',
  }),
  ttlTracesDays: days(
    'SPANMILL_CLICKHOUSE_TTL_TRACES_DAYS',
    30,
    'How long spans and trace summaries are kept.',
  ),
  ttlMetrics10sDays: days(
    'SPANMILL_CLICKHOUSE_TTL_METRICS_10S_DAYS',
    2,
    'How long 10-second metrics are kept.',
  ),
  ttlMetrics1mDays: days(
    'SPANMILL_CLICKHOUSE_TTL_METRICS_1M_DAYS',
    30,
    'How long minutely metrics are kept.',
  ),
  ttlMetrics1hDays: days('SPANMILL_CLICKHOUSE_TTL_METRICS_1H_DAYS', 400, 'How long hourly metrics are kept.'),
};
