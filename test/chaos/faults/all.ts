/** Every fault that a drill knows, in the order in which `--list` shows them. */
import { BROKERS } from './brokers.ts';
import { CLICKHOUSE } from './clickhouse.ts';
import { CLIENTS } from './clients.ts';
import { CRASHES } from './crashes.ts';
import type { Fault } from './fault.ts';
import { KAFKA_AWAY } from './kafka_away.ts';
import { POISON } from './poison.ts';
import { SCALING } from './scaling.ts';
import { ZOMBIES } from './zombies.ts';

export const FAULTS: readonly Fault[] = [
  ...CRASHES,
  ...ZOMBIES,
  ...SCALING,
  ...BROKERS,
  ...KAFKA_AWAY,
  ...CLICKHOUSE,
  ...CLIENTS,
  ...POISON,
];

/** One of each kind, for a drill of minutes. */
export const SHORT_DRILL: readonly string[] = [
  'kill-collector',
  'kill-processor',
  'kill-sink',
  'zombie-processor',
  'kill-partition-leader',
  'kafka-away',
  'clickhouse-kill',
  'clickhouse-late',
  'poison',
];

export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}
