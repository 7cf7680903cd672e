/** Where what lies under SPANMILL_HOME. */
import { join } from 'node:path';

export const stateFile = (home: string): string => join(home, 'run/state.json');
export const lockFile = (home: string): string => join(home, 'run/supervisor.lock');
export const logFile = (home: string, process: string): string => join(home, 'logs', `${process}.log`);
export const jarsDirectory = (home: string): string => join(home, 'kafka/libs');
export const kafkaData = (home: string): string => join(home, 'data/kafka');
export const clickhouseData = (home: string): string => join(home, 'data/clickhouse');
