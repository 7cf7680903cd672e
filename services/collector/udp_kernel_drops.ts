/** What the kernel dropped of a UDP port's packets because its buffer was full. Linux tells it in /proc; elsewhere nobody does. */
import { readFileSync } from 'node:fs';

const TABLES = ['/proc/net/udp', '/proc/net/udp6'];

/** Since the sockets of this port were opened. The files are the kernel's: reading them waits for no disk. */
export function kernelDrops(port: number): number {
  return TABLES.reduce((sum, path) => sum + dropsIn(read(path), port), 0);
}

/**
 * A line a socket: `sl local_address rem_address st ... drops`, the address as `0100007F:1AAF`. Source: proc_net_udp(5), and
 * net/ipv4/udp.c, which adds the last column.
 */
export function dropsIn(table: string, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(local) === true) drops += Number(columns.at(-1));
  }
  return drops;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
