/** Resident memory of every process of a drill, looked at each second: its peaks, against the limits. */
import { residentBytes } from '../../services/local/process_table.ts';
import { peakLimit } from './limits.ts';
import type { Roster } from './roster.ts';

export interface Peak {
  readonly process: string;
  readonly bytes: number;
  readonly limit: number;
}

const INTERVAL_MS = 1_000;

export class MemoryWatch {
  private readonly peaksByName = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(roster: Roster) {
    this.timer = setInterval(() => this.look(roster), INTERVAL_MS);
  }

  /** By name; a process that was started again counts as one. */
  get peaks(): readonly Peak[] {
    return [...this.peaksByName]
      .map(([process, bytes]) => ({ process, bytes, limit: peakLimit(process) }))
      .sort((a, b) => a.process.localeCompare(b.process));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(roster: Roster): void {
    for (const { name, pid } of roster.processes) {
      const bytes = residentBytes(pid) ?? 0;
      this.peaksByName.set(name, Math.max(bytes, this.peaksByName.get(name) ?? 0));
    }
  }
}
